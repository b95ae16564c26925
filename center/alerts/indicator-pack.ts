import { createHash } from 'node:crypto'
import { stringify } from 'yaml'

export interface PackIndicator {
  readonly kind: string
  readonly value: string
}

const file = { kind: 'file', path: '/x', type: 'file', ownership: 'unowned' }
const autostart = { kind: 'autostart', path: '/x', mechanism: 'cron-d', ownership: 'unowned' }
const socket = { kind: 'socket', pid: 7, protocol: 'tcp' }
const process = { kind: 'process', pid: 7, ownership: 'unowned' }
const key = { kind: 'login-key', path: '/x', line: 1, ownership: 'unowned' }

/** How hosts look for each kind: a rule over one field of a kind of fact, and such a fact for its cases. */
const rules = [
  { of: 'hash', category: 'file', field: 'sha256', title: 'Program or file with a known hash', fact: file },
  { of: 'hash', category: 'process', field: 'sha256', title: 'Process whose program has a known hash', fact: process },
  { of: 'address', category: 'socket', field: 'address', title: 'Connection with a known address', fact: socket },
  {
    of: 'domain',
    category: 'autostart',
    field: 'command',
    title: 'Autostart that names a known domain',
    fact: autostart,
  },
  { of: 'domain', category: 'process', field: 'command', title: 'Process that names a known domain', fact: process },
  {
    of: 'wallet',
    category: 'autostart',
    field: 'command',
    title: 'Autostart that names a known wallet',
    fact: autostart,
  },
  { of: 'wallet', category: 'process', field: 'command', title: 'Process that names a known wallet', fact: process },
  { of: 'key', category: 'login_key', field: 'fingerprint', title: 'Known login key', fact: key },
] as const

/** Indicators as a rule pack (rulebook/pack.ts), so that hosts look for them by themselves; '' when there is none that hosts could look for. */
export function indicatorPack(indicators: readonly PackIndicator[]): string {
  return rules
    .flatMap(({ of, category, field, title, fact }) => {
      const values = indicators
        .filter(one => one.kind === of && fits(one))
        .map(one => one.value)
        .sort()
      const [first] = values
      if (first === undefined) return []
      const rule = {
        title,
        id: idOf(title),
        level: 'medium',
        logsource: { category },
        tags: ['attack.t1496'],
        // A command names more than the one thing.
        detection: { known: { [field === 'command' ? 'command|contains' : field]: values }, condition: 'known' },
      }
      const cases = [
        { name: 'one of them', rule: title, facts: [{ ...fact, [field]: first }], finds: [placeOf(fact)] },
        { name: 'another', rule: title, facts: [{ ...fact, [field]: 'something else' }], finds: [] },
      ]
      return [stringify(rule), stringify(cases)]
    })
    .join('---\n')
}

/** Facts have SHA-256 of most and MD5 of few. */
function fits({ kind, value }: PackIndicator): boolean {
  return kind !== 'hash' || value.length === 64
}

function placeOf(fact: { readonly kind: string; readonly line?: number }): string {
  if (fact.kind === 'process' || fact.kind === 'socket') return 'pid 7'
  return fact.line === undefined ? '/x' : `/x:${fact.line}`
}

/** The same rule keeps its id in every version. */
function idOf(title: string): string {
  const hash = createHash('sha256').update(`davylamp indicators ${title}`).digest('hex')
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-5${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}
