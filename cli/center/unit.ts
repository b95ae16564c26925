import { systemdQuoted } from '../systemd-quoted.ts'

/** The unit of the center (systemd.service(5), systemd.exec(5)). The database is a process of its own that outlives a restart. */
export function centerUnitText(words: readonly string[]): string {
  return [
    '[Unit]',
    'Description=Davylamp center: alerts and clean-up for all servers',
    'After=network-online.target',
    'Wants=network-online.target',
    'StartLimitIntervalSec=0',
    '',
    '[Service]',
    'Type=exec',
    `ExecStart=${words.map(systemdQuoted).join(' ')}`,
    'Restart=always',
    'RestartSec=2',
    // PostgreSQL is ended by the center, cleanly; what is left after that is ended with the unit.
    'KillMode=mixed',
    'TimeoutStopSec=120',
    'LimitNOFILE=200000',
    'LimitCORE=0',
    'UMask=0077',
    '',
    '[Install]',
    'WantedBy=multi-user.target',
    '',
  ].join('\n')
}
