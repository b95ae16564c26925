const words: Readonly<Record<string, string>> = {
  'cron-system': 'system crontab',
  'cron-d': 'cron file',
  'cron-periodic': 'cron script',
  'cron-user': 'crontab',
  'systemd-unit': 'systemd unit',
  'init-d': 'init script',
  'rc-local': 'rc.local',
  bashrc: 'shell start file',
}

/** What starts a program, as people call it: `crontab`, `systemd timer`. */
export function mechanismWords(mechanism: string): string {
  return words[mechanism] ?? mechanism.replaceAll('-', ' ')
}
