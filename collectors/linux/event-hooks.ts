import type { Fact, Mechanism } from '../../model/index.ts'
import type { Collector, Survey } from '../collector.ts'
import { autostartFact, isStock } from './autostart-fact.ts'
import { distinct, glob } from './directory.ts'
import { readLines } from './host-lines.ts'
import { isPassedOver, logrotateCommands } from './logrotate.ts'
import { isExecutable, type ScriptPlace, scriptsOf } from './script.ts'

/**
 * What runs when something happens on a host: networks come up, power buttons, log lines, log rotation, disks that fail.
 * Where packages bring hundreds of entries (D-Bus services, fail2ban actions, logrotate), those they left as they were are
 * left out.
 */
export const eventHooks: Collector = {
  name: 'event-hooks',
  collects: ['autostart'],
  os: ['linux'],
  stage: 'first',
  *collect(survey) {
    survey.progress('event hooks')
    for (const place of scriptPlaces) yield* scriptsOf(survey, { user: 'root', ...place })
    for (const place of linePlaces) yield* lineFacts(survey, place)
    const rotation = survey.target.files.text('/etc/logrotate.conf', 1 << 20) ?? ''
    for (const path of ownFiles(survey, ['/etc/logrotate.conf', '/etc/logrotate.d/*'])) {
      if (isPassedOver(path, rotation)) continue
      for (const { line, text, command, section } of logrotateCommands(survey.target.files.text(path, 1 << 20) ?? '')) {
        yield autostartFact(survey, {
          mechanism: 'logrotate',
          path,
          line,
          text,
          command,
          name: section,
          user: 'root',
          schedule: 'log rotation',
        })
      }
    }
  },
}

// run-parts(8) on Debian takes no name with a dot; RHEL's ifup-local and NetworkManager have other rules.
const runPartsName = /^[A-Za-z0-9_-]+$/

const scriptPlaces: readonly ScriptPlace[] = [
  {
    mechanism: 'network-manager',
    directories: ['', 'pre-up.d', 'pre-down.d', 'no-wait.d'].flatMap(sub => [
      `/etc/NetworkManager/dispatcher.d/${sub}`.replace(/\/$/, ''),
      `/usr/lib/NetworkManager/dispatcher.d/${sub}`.replace(/\/$/, ''),
    ]),
    schedule: 'network',
  },
  {
    mechanism: 'networkd-dispatcher',
    directories: ['/etc', '/usr/lib', '/run'].flatMap(root =>
      ['routable', 'dormant', 'no-carrier', 'off', 'carrier', 'degraded', 'configuring', 'configured'].map(
        state => `${root}/networkd-dispatcher/${state}.d`,
      ),
    ),
    schedule: 'network',
  },
  {
    mechanism: 'ifupdown',
    directories: ['up', 'down', 'pre-up', 'post-down'].map(when => `/etc/network/if-${when}.d`),
    schedule: 'network',
    runs: (name, stat) => runPartsName.test(name) && isExecutable(name, stat),
  },
  {
    mechanism: 'ifupdown',
    directories: [
      '/etc/sysconfig/network-scripts',
      '/etc/sysconfig/network/scripts',
      '/etc/sysconfig/network/if-up.d',
      '/etc/sysconfig/network/if-down.d',
    ],
    schedule: 'network',
    ignore: /^(?:ifcfg|route6?|rule6?|keys)-|^readme/i,
    skipStock: true,
  },
  {
    mechanism: 'dhclient',
    directories: [
      '/etc/dhcp/dhclient-enter-hooks.d',
      '/etc/dhcp/dhclient-exit-hooks.d',
      '/etc/dhcp/dhclient.d',
      '/etc/dhcp3/dhclient-exit-hooks.d',
      '/lib/dhcpcd/dhcpcd-hooks',
      '/usr/libexec/dhcpcd-hooks',
      '/etc/udhcpc',
    ],
    schedule: 'network',
    // They are sourced, so the executable bit does not matter.
    runs: () => true,
    skipStock: true,
  },
  {
    mechanism: 'ppp',
    directories: ['ip-up.d', 'ip-down.d', 'ip-pre-up.d', 'ipv6-up.d', 'ipv6-down.d', 'auth-up.d'].map(
      name => `/etc/ppp/${name}`,
    ),
    schedule: 'network',
  },
  {
    mechanism: 'ppp',
    directories: ['/etc/ppp'],
    schedule: 'network',
    ignore: /^(?!(?:ip|ipv6|auth)-(?:up|down|pre-up))|\.d$/,
    skipStock: true,
  },
  {
    mechanism: 'acpid',
    directories: ['/etc/acpi', '/etc/acpi/actions'],
    schedule: 'power event',
    ignore: /\.conf$/,
    skipStock: true,
  },
  {
    mechanism: 'ifupdown',
    directories: ['/etc/pm/sleep.d', '/etc/pm/power.d', '/etc/apm/event.d', '/usr/lib/pm-utils/sleep.d'],
    schedule: 'power event',
    skipStock: true,
  },
  {
    mechanism: 'init-d',
    directories: ['per-boot', 'per-instance', 'per-once'].map(when => `/var/lib/cloud/scripts/${when}`),
    schedule: 'boot',
  },
  { mechanism: 'init-d', directories: ['/var/lib/cloud/instance/scripts'], schedule: 'boot' },
  {
    mechanism: 'dpkg-hook',
    directories: ['/etc/needrestart/hook.d', '/etc/needrestart/notify.d', '/etc/needrestart/restart.d'],
    schedule: 'package installation',
    skipStock: true,
  },
]

interface LinePlace {
  readonly mechanism: Mechanism
  readonly patterns: readonly string[]
  /** The first group is the command. */
  readonly command: RegExp
  readonly schedule: string
  readonly user?: string
}

/** Lines of configurations that name a command; only files that are not as their package left them. */
const linePlaces: readonly LinePlace[] = [
  {
    mechanism: 'ifupdown',
    patterns: ['/etc/network/interfaces', '/etc/network/interfaces.d/*'],
    command: /^\s*(?:pre-up|up|post-up|down|pre-down|post-down)\s+(.+)$/,
    schedule: 'network',
  },
  {
    mechanism: 'dhclient',
    patterns: ['/etc/dhclient.conf', '/etc/dhcp/dhclient.conf', '/etc/dhcpcd.conf'],
    command: /^\s*script\s+"?([^";]+)/,
    schedule: 'network',
  },
  { mechanism: 'acpid', patterns: ['/etc/acpi/events/*'], command: /^\s*action\s*=\s*(.+)$/, schedule: 'power event' },
  {
    mechanism: 'dbus-service',
    patterns: [
      '/usr/share/dbus-1/system-services/*.service',
      '/usr/share/dbus-1/services/*.service',
      '/usr/local/share/dbus-1/*services/*.service',
      '/etc/dbus-1/*services/*.service',
    ],
    command: /^\s*Exec\s*=\s*(.+)$/,
    schedule: 'message',
  },
  {
    mechanism: 'rsyslog',
    patterns: [
      '/etc/rsyslog.conf',
      '/etc/rsyslog.d/*',
      '/etc/syslog.conf',
      '/etc/syslog-ng/syslog-ng.conf',
      '/etc/syslog-ng/conf.d/*',
    ],
    command: /(?:\bbinary\s*=\s*"|^\s*[^#\s]\S*\s+\^|\bprogram\s*\(\s*["'])([^"']+)/,
    schedule: 'log line',
  },
  {
    mechanism: 'acpid',
    patterns: ['/etc/audit/plugins.d/*.conf', '/etc/audisp/plugins.d/*.conf'],
    command: /^\s*path\s*=\s*(\/.+)$/,
    schedule: 'audit event',
  },
  {
    mechanism: 'acpid',
    patterns: ['/etc/audit/auditd.conf'],
    command: /^\s*(?:\w+_action\s*=\s*exec|dispatcher\s*=)\s*(\/.+)$/i,
    schedule: 'audit event',
  },
  {
    mechanism: 'acpid',
    patterns: ['/etc/smartd.conf', '/etc/smartmontools/smartd.conf'],
    command: /^[^#]*\s-M\s+exec\s+(\S+)/,
    schedule: 'disk event',
  },
  {
    mechanism: 'acpid',
    patterns: ['/etc/mdadm.conf', '/etc/mdadm/mdadm.conf', '/etc/mdadm/mdadm.conf.d/*'],
    command: /^\s*PROGRAM\s+(.+)$/i,
    schedule: 'disk event',
  },
  {
    mechanism: 'rsyslog',
    patterns: ['/etc/fail2ban/action.d/*', '/etc/fail2ban/jail.local', '/etc/fail2ban/jail.d/*'],
    command: /^\s*action(?:start|stop|check|ban|unban|reload|flush|repair)\s*=\s*(\S.*)$/,
    schedule: 'ban',
  },
  {
    mechanism: 'acpid',
    patterns: [
      '/etc/zabbix/zabbix_agentd.conf',
      '/etc/zabbix/zabbix_agent*.d/*',
      '/etc/zabbix/zabbix_agent2.conf',
      '/etc/nagios/nrpe.cfg',
      '/etc/nrpe.d/*',
    ],
    command: /^\s*(?:UserParameter\s*=[^,]+,|command\[[^\]]+\]\s*=)(.+)$/,
    schedule: 'monitoring',
    user: 'zabbix',
  },
  {
    mechanism: 'network-manager',
    patterns: ['/etc/keepalived/keepalived.conf', '/etc/keepalived/conf.d/*'],
    command: /^\s*(?:notify\w*|script)\s+"?([^"]+)/,
    schedule: 'network',
  },
  {
    mechanism: 'ifupdown',
    patterns: ['/etc/wireguard/*.conf'],
    command: /^\s*(?:PreUp|PostUp|PreDown|PostDown)\s*=\s*(.+)$/i,
    schedule: 'network',
  },
  {
    mechanism: 'ppp',
    patterns: ['/etc/openvpn/*.conf', '/etc/openvpn/*/*.conf'],
    command:
      /^\s*(?:up|down|route-up|ipchange|tls-verify|auth-user-pass-verify|client-connect|client-disconnect|learn-address|plugin)\s+(.+)$/,
    schedule: 'network',
  },
]

function* lineFacts(survey: Survey, place: LinePlace): Generator<Fact> {
  const { mechanism, schedule, user = 'root' } = place
  for (const path of ownFiles(survey, place.patterns)) {
    for (const { line, text, joined } of readLines(survey.target, path)) {
      if (/^\s*[#;]/.test(joined)) continue
      const command = place.command.exec(joined.slice(0, 8_192))?.[1]?.trim()
      if (command) yield autostartFact(survey, { mechanism, path, line, text, command, schedule, user })
    }
  }
}

function ownFiles(survey: Survey, patterns: readonly string[]): string[] {
  const { target } = survey
  const paths = distinct(
    target,
    patterns.flatMap(pattern => glob(target, pattern)),
  )
  return paths.filter(path => target.files.stat(path)?.type === 'file' && !isStock(survey, path))
}
