/** As the channel of that kind has them (notify/channels/syslog.ts, webhook.ts); what is empty is left out. */
export type ExportSettings = Readonly<Record<string, unknown>>

const names = {
  syslog: [
    'host',
    'port',
    'transport',
    'format',
    'facility',
    'app',
    'framing',
    'ca',
    'certificate',
    'key',
    'allowLinkLocal',
  ],
  webhook: ['url', 'secret', 'format', 'batch', 'ca', 'allowLinkLocal'],
} as const

export function settingsFor(kind: keyof typeof names, given: ExportSettings): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  for (const name of names[kind]) {
    const value = given[name]
    if (value !== undefined && value !== '') found[name] = value
  }
  return found
}

export function textOf(settings: ExportSettings, name: string): string {
  const value = settings[name]
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
