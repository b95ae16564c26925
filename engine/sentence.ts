import { mechanismWords } from './mechanism-words.ts'

/** Longest value that a sentence takes from the host. */
const longest = 160
const longestOfMany = 48
const mostValues = 4

/** A rule's `because` about this host: `{field}`, or a path as `{parent.path}`, becomes what the values hold there. */
export function sentence(template: string, values: Readonly<Record<string, unknown>>): string {
  return template.replace(/\{([\w.-]+)\}/g, (_, name: string) => {
    const value = name.split('.').reduce<unknown>((at, part) => (isRecord(at) ? at[part] : undefined), values)
    if (Array.isArray(value)) return listed(value)
    if (value === undefined) return '(unknown)'
    return name === 'mechanism' ? mechanismWords(String(value)) : shortened(String(value), longest)
  })
}

/** A few values stand for all: the rest is in the fact. */
function listed(values: readonly unknown[]): string {
  const shown = values.slice(0, mostValues).map(one => shortened(String(one), longestOfMany))
  const rest = values.length - shown.length
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ')
}

function shortened(text: string, most: number): string {
  const letters = [...text]
  return letters.length > most ? `${letters.slice(0, most).join('')}…` : text
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
