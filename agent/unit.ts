import { join, resolve } from 'node:path'

export const unitName = 'davylamp-agent.service'
export const unitPath = `/etc/systemd/system/${unitName}`
export const unitWantedPath = `/etc/systemd/system/multi-user.target.wants/${unitName}`

/** Where the packages of distributions put their unit. */
export const packagedUnitPath = `/usr/lib/systemd/system/${unitName}`

export interface UnitOptions {
  /** Folder with the launcher: `HOME/current` where the package can be replaced, else the program's own. */
  readonly program: string
  /** `HOME/previous`, which counts the starts of a new version. */
  readonly previous?: string
  readonly state: string
  readonly config: string
}

/**
 * The unit of the agent (systemd.service(5), systemd.resource-control(5)). No file system sandbox: what it must look at and clean is the whole
 * host. What was tried of the rest: docs/decisions/024-unit.md.
 */
export function unitText({ program, previous, state, config }: UnitOptions): string {
  const words = (folder: string, ...rest: string[]) =>
    [join(folder, 'davylamp'), '--state', resolve(state), ...rest].map(quoted).join(' ')
  return [
    '[Unit]',
    'Description=Davylamp agent: finds cryptominers and removes them',
    'Documentation=https://davylamp.invalid/docs/agent',
    'After=network.target',
    // A program that fails is started again for ever: an agent that gave up is what an intruder wants.
    'StartLimitIntervalSec=0',
    '',
    '[Service]',
    'Type=notify',
    'NotifyAccess=main',
    ...(previous === undefined ? [] : [`ExecStartPre=-${words(previous, 'agent', 'before-start')}`]),
    `ExecStart=${words(program, 'agent', 'run', '--config', config)} --notify-socket=\${NOTIFY_SOCKET}`,
    'ExecReload=/bin/kill -HUP $MAINPID',
    'Restart=always',
    'RestartSec=5',
    'WatchdogSec=120',
    'WatchdogSignal=SIGKILL',
    'TimeoutStartSec=120',
    // The agent waits for a clean-up that is under way; what is left after that is ended, and resumed at the next start.
    'KillMode=mixed',
    'TimeoutStopSec=90',
    'Delegate=cpu io memory',
    // Who answers the kernel about starts of programs must not wait: no CPUQuota, no MemoryMax. Scans carry ceilings in a group of their own.
    'CPUWeight=200',
    'IOWeight=200',
    'LimitMEMLOCK=infinity',
    'TasksMax=512',
    'OOMPolicy=continue',
    'OOMScoreAdjust=-900',
    'LimitCORE=0',
    'UMask=0077',
    ...hardening,
    '',
    '[Install]',
    'WantedBy=multi-user.target',
    '',
  ].join('\n')
}

/** What an agent that was taken over could not do any more, and one that works never does (systemd.exec(5)). */
export const hardening: readonly string[] = [
  'LockPersonality=yes',
  'RestrictRealtime=yes',
  'RestrictNamespaces=~user',
  'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK AF_PACKET',
  'KeyringMode=private',
  'SystemCallArchitectures=native',
  'SystemCallFilter=~@clock @cpu-emulation @obsolete @raw-io @reboot @swap',
  'SystemCallErrorNumber=EPERM',
  'CapabilityBoundingSet=~CAP_SYS_BOOT CAP_SYS_TIME CAP_WAKE_ALARM CAP_BLOCK_SUSPEND CAP_SYS_TTY_CONFIG CAP_LEASE',
]

/** systemd.syntax(7): quotes and backslashes; systemd.unit(5): `%`; systemd.service(5): `$`. */
function quoted(word: string): string {
  const safe = word.replaceAll('%', '%%').replaceAll('$', '$$$$')
  return /^[\w@%+=:,./$-]+$/.test(safe) ? safe : `"${safe.replace(/[\\"]/g, '\\$&')}"`
}
