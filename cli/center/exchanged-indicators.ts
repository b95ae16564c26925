import { EntrySink, type Left, readList } from '../../detect/intel/feeds/index.ts'
import type { IndicatorType } from '../../detect/intel/index.ts'
import { sharedPlaces } from '../../rulebook/index.ts'
import type { Indicator, IndicatorDefaults, IndicatorKind } from './indicator-csv.ts'

const kinds: Readonly<Record<IndicatorType, IndicatorKind>> = {
  md5: 'hash',
  sha1: 'hash',
  sha256: 'hash',
  address: 'address',
  domain: 'domain',
  wallet: 'wallet',
  fingerprint: 'key',
}

/** What a STIX bundle or events of MISP hold for a center, each value once, and what it cannot look for. Throws `WrongListError`. */
export async function exchangedIn(
  text: string,
  { level, note, expiresAt }: IndicatorDefaults,
): Promise<{ items: Indicator[]; left: readonly Left[] }> {
  const now = new Date().toISOString()
  const items = new Map<string, Indicator>()
  const sink = new EntrySink(
    {
      add({ type, value, about, expires }) {
        const kind = kinds[type]
        if (value.includes('/') && kind === 'address') return sink.leave('a center looks for no networks', value, '')
        if (kind === 'key' && !value.startsWith('SHA256:'))
          return sink.leave('a center looks for keys of ssh alone', value, '')
        const said = note ?? about
        items.set(`${kind} ${value}`, {
          kind,
          value,
          ...(level === undefined ? {} : { level }),
          ...(said === undefined ? {} : { note: said }),
          ...((expires ?? expiresAt) === undefined ? {} : { expiresAt: expires ?? expiresAt }),
        })
      },
      remove: (type, value) => void items.delete(`${kinds[type]} ${value}`),
    },
    { now },
    sharedPlaces(),
  )
  await readList(once(Buffer.from(text)), sink)
  return {
    items: [...items.values()].filter(one => one.expiresAt === undefined || one.expiresAt > now),
    left: sink.left,
  }
}

async function* once(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes
}
