/** All of `agent.yml` with what holds where nothing is said, for people to begin with; read anew it changes nothing. */
export const exampleConfig = `# /etc/davylamp/agent.yml: what the owner of this host decides. It can only tighten what a center asks.
# What is missing means what stands here. Check: davylamp agent check-config. Take over: systemctl reload davylamp-agent

# Where to report; without it the agent works alone.
# center: https://center.example:8444

# How far it goes against what is confirmed: off (listens to nothing), observe (tells), block (acts).
# Without a center this is what is done, observe where it is missing; with one it is the most that the center may ask for.
# prevention: observe

# What it listens to: docs/sensors.md
watch:
  exec: true              # programs that start
  connections: true
  files: true             # places that start programs, let people in or hide things
  load: true              # processes that keep a core busy
  logins: true
  names: false            # names that this host asks for or calls, read from its own interfaces
  busy:
    percent: 80           # of one core
    minutes: 10           # busy so long, all together, before somebody is told

# What it may do by itself: only in block, and only about what is confirmed. All but an end of a process can be taken back: davylamp undo
response:
  may: [kill-process, block-address, disarm-autostart]   # more: quarantine-file; clean (the whole incident)
  dryRun: false           # true: tells what would have been done and does nothing, prevents no start either
  # between: { from: "20:00", to: "06:00" }   # only then (this host's clock); else it is only told
  mostPerHour: { kills: 60, blocks: 200, disarms: 30, quarantines: 30, cleans: 2 }   # what is more is only told
  protect:                # never touched, and never kept from starting
    paths: []             # programs, files and folders with all below them: [/srv/database, /opt/app/bin/app]
    users: []
    containers: []        # names or ids
  neverBlock: []          # addresses or networks: [203.0.113.0/24, "2001:db8::/32"]
  indicators: true        # addresses of indicator lists (davylamp intel) are blocked in block
  bruteForce:
    block: true
    failures: 10          # failed logins from one address within so many minutes
    minutes: 10
    blockMinutes: 30      # the first time; longer when it comes back

# Numbers for Prometheus, on this host only.
# metrics: { listen: "127.0.0.1:9477" }

# What a center may order: docs/agent.md
orders:
  accept: [scan, report-inventory, report-processes, clean, prove, undo, restore, send-quarantined, block, unblock, upgrade, cancel]
  needApproval: []        # these need an approver's signature in any case
  approvals: 1            # 2: from two different approvers
  approvers: []           # keys that this host believes: davylamp approver new-key
  suspected: true         # false: act on the center's word on confirmed incidents only
  mostActions: 500        # of one order
  mostFileMegabytes: 64   # of one file that is sent from quarantine
  neverTouch: []          # folders that no order and no response touches
  # between: { from: "22:00", to: "06:00" }

scan:
  cpuPercent: 100         # of one core, at most
  everyMinutes: 60        # without a center
  # notBetween: { from: "08:00", to: "18:00" }   # no scheduled scans then

upgrade: false            # true: the center may replace the program by a signed newer release
notify: []                # whom to tell without a center: docs/notifications.md
spool: { mostMegabytes: 256 }
`
