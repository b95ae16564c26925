import { z } from 'zod'
import { indicatorMatch } from './matches.ts'
import { attributes, ownership, time } from './shared.ts'

/** Every way of being started again that a Linux host has, each with the manual page or project it comes from. */
export const mechanisms = [
  // cron(8), crontab(5), anacron(8), at(1), incrond(8), fcron(8)
  'cron-system',
  'cron-d',
  'cron-user',
  'cron-periodic',
  'anacron',
  'at',
  'incron',
  'fcron',
  // systemd.unit(5), systemd.generator(7), systemd-system.conf(5), tmpfiles.d(5)
  'systemd-unit',
  'systemd-timer',
  'systemd-path',
  'systemd-socket',
  'systemd-mount',
  'systemd-drop-in',
  'systemd-generator',
  'systemd-user-unit',
  'systemd-transient',
  'systemd-environment',
  'systemd-hook',
  'tmpfiles',
  'linger',
  // init(8), rc(8), openrc(8), upstart, runit(8), supervisord, monit, pm2
  'init-d',
  'rc-local',
  'inittab',
  'openrc',
  'upstart',
  'runit',
  'supervisor',
  'monit',
  'pm2',
  'xinetd',
  // bash(1), zsh(1), csh(1), fish(1), environment(5)
  'profile',
  'bashrc',
  'shell-start',
  'environment',
  // ld.so(8): a directory of libraries put before the usual ones
  'linker-path',
  // modules-load.d(5), modprobe.d(5), udev(7), binfmt.d(5), initramfs-tools(7), core(5)
  'modules-load',
  'modprobe',
  'udev',
  'binfmt',
  'initramfs',
  'core-pattern',
  // network and other events
  'network-manager',
  'networkd-dispatcher',
  'ifupdown',
  'dhclient',
  'ppp',
  'acpid',
  'dbus-service',
  'rsyslog',
  'logrotate',
  // package managers
  'apt-hook',
  'dpkg-hook',
  'dnf-plugin',
  'pacman-hook',
  'package-script',
  'python-start',
  'web-start',
  'git-hook',
  'motd',
  'xdg-autostart',
  'x-session',
  'pam',
  'sshd',
  'ssh-rc',
  'ssh-config',
  'container',
  'quadlet',
  'static-pod',
] as const

/** One way in which something is started again. `path` and `line` say where it is written. */
export const autostartFact = z.object({
  kind: z.literal('autostart'),
  mechanism: z.enum(mechanisms),
  path: z.string(),
  pathBytes: z.string().optional(),
  /** 1-based, of the line that starts the command; absent where the whole file is the autostart. */
  line: z.number().optional(),
  /** That line (or the unit's directive), exactly. */
  text: z.string().optional(),
  textBytes: z.string().optional(),
  /** Unit, job, container or key name. */
  name: z.string().optional(),
  /** What is executed; for a script file as autostart, its own path. Empty where only the environment is changed. */
  command: z.string(),
  user: z.string().optional(),
  /** `@reboot`, `*\/5 * * * *`, `OnBootSec=5min`, `login`, `boot` … */
  schedule: z.string().optional(),
  enabled: z.boolean(),
  /** Absolute paths of the files that the command names, links not yet followed. */
  targets: z.array(z.string()),
  /** Of the file at `path`. */
  ownership: ownership.optional(),
  package: z.string().optional(),
  attributes,
  /** mtime of `path`. */
  modified: time.optional(),
  changed: time.optional(),
  /** Further directives of a unit or options of a line, as `Restart=always`. */
  settings: z.array(z.string()),
  /** What is odd about how it is written: `control-characters`, `padded` (hidden behind spaces), `rdb-wrapped`, `nul`, `unknown-user`, `masked-name`, `runs-pictures` (a web server is told to run what it should show) … */
  oddities: z.array(z.string()),
  /** Files that belong to it and go with it: `.wants` links, drop-ins, `rc?.d` links. */
  links: z.array(z.string()),
  /** The host has more of it than the file says: the unit runs now (its pids). */
  pids: z.array(z.number()).optional(),
  indicators: z.array(indicatorMatch).optional(),
})
export type AutostartFact = z.infer<typeof autostartFact>
export type Mechanism = AutostartFact['mechanism']
