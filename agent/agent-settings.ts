/** A setting of `agent.yml` as people read it: the lines that would set it, and what it does. */
export interface Setting {
  /** Names from the top, as a path of the document. */
  readonly path: readonly string[]
  /** What to write behind the name; for lists that are longer, the lines below it. */
  readonly example: string
  readonly says: string
}

/** In the order of the file. A test holds them against the schema, and the examples against the parser. */
export const agentSettings: readonly Setting[] = [
  {
    path: ['center'],
    example: 'https://center.example:8444',
    says: 'Where to report. Absent: the agent works alone. "davylamp agent join" sets it.',
  },
  {
    path: ['orders', 'accept'],
    example: '[scan, report-inventory, report-processes, clean, prove, undo, restore, block, unblock, cancel]',
    says: 'Kinds of orders that are carried out at all. Absent: all. Without send-quarantined no content of a file leaves this host.',
  },
  {
    path: ['orders', 'needApproval'],
    example: '[undo, restore]',
    says: "Kinds that need an approver's signature in any case. Absent: none but what this host did not find itself.",
  },
  { path: ['orders', 'approvals'], example: '1', says: 'How many different approvers must sign: 1 or 2.' },
  {
    path: ['orders', 'approvers'],
    example: '[]',
    says: 'Keys that this host believes. "davylamp approver new-key" prints an entry. The center cannot add any.',
  },
  {
    path: ['orders', 'suspected'],
    example: 'true',
    says: "false: on the center's word only confirmed incidents are handled.",
  },
  { path: ['orders', 'mostActions'], example: '500', says: 'Most actions that one order may carry out.' },
  {
    path: ['orders', 'mostFileMegabytes'],
    example: '64',
    says: 'Largest file, in MB, that an order may have sent from quarantine.',
  },
  {
    path: ['orders', 'neverTouch'],
    example: '[/srv/database]',
    says: 'Nothing below these paths is touched by an order. Absent: no such path.',
  },
  {
    path: ['orders', 'between'],
    example: '{ from: "22:00", to: "06:00" }',
    says: "Orders that change something are carried out only then, by this host's clock. Absent: always.",
  },
  { path: ['scan', 'cpuPercent'], example: '100', says: 'Of one core, at most, for scans.' },
  {
    path: ['scan', 'notBetween'],
    example: '{ from: "08:00", to: "18:00" }',
    says: 'No scheduled scans then; a full one that runs pauses. Ordered ones still run. Absent: at any time.',
  },
  { path: ['scan', 'everyMinutes'], example: '60', says: 'How often to scan without a center.' },
  {
    path: ['prevention'],
    example: 'observe',
    says: 'What is done without being asked: off, observe or block. Absent: observe; with a center, what the center asks for.',
  },
  { path: ['watch', 'exec'], example: 'true', says: 'Notice programs that start.' },
  { path: ['watch', 'connections'], example: 'true', says: 'Notice connections that this host opens.' },
  { path: ['watch', 'files'], example: 'true', says: 'Notice changes where programs are started from.' },
  { path: ['watch', 'load'], example: 'true', says: 'Notice what keeps the processor busy.' },
  { path: ['watch', 'logins'], example: 'true', says: 'Notice log-ins, and attempts at them.' },
  {
    path: ['watch', 'names'],
    example: 'false',
    says: 'Notice names that this host asks for (DNS) or calls (TLS), on its own interfaces.',
  },
  {
    path: ['watch', 'busy'],
    example: '{ percent: 80, minutes: 10 }',
    says: 'What counts as busy, of one core, and for how long before somebody is told.',
  },
  {
    path: ['response', 'may'],
    example: '[kill-process, block-address, disarm-autostart]',
    says: 'What may be done with prevention: block, about what is confirmed. Also possible: quarantine-file; clean (the whole incident).',
  },
  {
    path: ['response', 'dryRun'],
    example: 'false',
    says: 'true: only tell what would have been done; nothing is kept from starting either.',
  },
  {
    path: ['response', 'between'],
    example: '{ from: "22:00", to: "06:00" }',
    says: "Only then, by this host's clock. Absent: always.",
  },
  {
    path: ['response', 'mostPerHour'],
    example: '{ kills: 60, blocks: 200, disarms: 30, quarantines: 30, cleans: 2 }',
    says: 'Most in one hour; what is more is only told.',
  },
  {
    path: ['response', 'protect'],
    example: '{ paths: [], users: [], containers: [] }',
    says: 'Programs, files and folders, users and containers that are never touched and never kept from starting.',
  },
  {
    path: ['response', 'neverBlock'],
    example: '[203.0.113.0/24, "2001:db8::/32"]',
    says: 'Addresses or networks that are never blocked, beside those that never are. Absent: none.',
  },
  {
    path: ['response', 'indicators'],
    example: 'true',
    says: 'Block the addresses of indicators as long as they are believed.',
  },
  {
    path: ['response', 'bruteForce'],
    example: '{ block: true, failures: 10, minutes: 10, blockMinutes: 30 }',
    says: 'Block whoever fails to log in so often within so many minutes, and for how long at first; longer when it comes back.',
  },
  {
    path: ['metrics', 'listen'],
    example: '127.0.0.1:9477',
    says: 'Numbers for Prometheus, at this address of this host. Absent: nobody listens.',
  },
  { path: ['upgrade'], example: 'false', says: 'true: the center may replace the program by a signed newer release.' },
  {
    path: ['notify'],
    example: '[]',
    says: 'Whom to tell without a center: see docs/notifications.md and "davylamp notify test".',
  },
  {
    path: ['spool', 'mostMegabytes'],
    example: '256',
    says: 'Room for reports that the center does not have yet, in MB.',
  },
]

/** `agent.yml` with every setting as a remark: it says nothing until its owner does. Packages install it, `check-config --example` prints it. */
export function agentYmlText(): string {
  const lines = [
    '# What the owner of this host decides; it can only tighten what a center asks. Every line is a remark: all defaults hold.',
    '# Take the "# " away from the lines you want, with the line of the group above them. See agent.yml(5).',
    '# Check:     davylamp agent check-config',
    '# Take over: systemctl reload davylamp-agent',
  ]
  let group = ''
  for (const { path, example, says } of agentSettings) {
    const [first = '', second] = path
    const indent = second === undefined ? '' : '  '
    if (first !== group) lines.push('', ...(second === undefined ? [] : [`# ${first}:`]))
    group = first
    lines.push(`# ${indent}# ${says}`, `# ${indent}${second ?? first}: ${example}`)
  }
  return `${lines.join('\n')}\n`
}
