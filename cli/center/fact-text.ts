/** What a fact is about, on one line: its telling fields first. */
export function factText(fact: unknown): string {
  if (typeof fact !== 'object' || fact === null) return String(fact ?? '')
  const telling = ['name', 'path', 'command', 'user', 'address', 'port', 'mechanism', 'version', 'fingerprint']
  const found = telling.flatMap(key => {
    const value: unknown = Reflect.get(fact, key)
    return typeof value === 'string' || typeof value === 'number' ? [`${key} ${value}`] : []
  })
  return found.length > 0 ? found.join(', ') : JSON.stringify(fact)
}

export function detailText(detail: unknown): string {
  if (typeof detail !== 'object' || detail === null)
    return detail === undefined || detail === null ? '' : String(detail)
  return Object.entries(detail)
    .map(
      ([key, value]) =>
        `${key} ${typeof value === 'string' || typeof value === 'number' ? value : JSON.stringify(value)}`,
    )
    .join(', ')
}
