const words: Readonly<Record<string, string>> = { 'cron-user': 'crontab', 'systemd-unit': 'systemd unit' }

/** What starts a program, as people call it: `crontab`, `systemd timer`. */
export function mechanismWords(mechanism: string): string {
  return words[mechanism] ?? mechanism.replaceAll('-', ' ')
}
