import { isIP } from 'node:net'
import { normalAddress } from './address.ts'
import { normalDomain } from './domain.ts'

/** What a command names that a list could hold. */
export interface Named {
  readonly addresses: ReadonlySet<string>
  readonly domains: ReadonlySet<string>
  readonly wallets: ReadonlySet<string>
}

/** Commands of hosts have no end; what counts stands near the beginning. */
const longestText = 32_768
const mostNamed = 100

/** Addresses, domains and what may be a wallet in a command, each once. */
export function namedIn(command: string): Named {
  const text = command.slice(0, longestText)
  const addresses = new Set<string>()
  const domains = new Set<string>()
  const wallets = new Set<string>()
  for (const word of text.split(/[\s'"`,;|&<>(){}=\\]+/)) {
    if (word.length < 3 || addresses.size + domains.size + wallets.size >= mostNamed) continue
    addHosts(word, addresses, domains)
    if (word.length >= 20) for (const one of walletsIn(word)) wallets.add(one)
  }
  return { addresses, domains, wallets }
}

function addHosts(word: string, addresses: Set<string>, domains: Set<string>): void {
  for (const [, six] of word.matchAll(/\[([0-9a-fA-F:.]{2,45})\]/g)) add(addresses, normalAddress(six ?? ''))
  if (word.includes(':') && isIP(word) === 6) add(addresses, normalAddress(word))
  if (!word.includes('.')) return
  for (const [, four] of word.matchAll(/(?<![\d.])(\d{1,3}(?:\.\d{1,3}){3})(?![\d.]*\d)/g))
    add(addresses, normalAddress(four ?? ''))
  for (const found of word.matchAll(/[\p{L}\p{N}_-]{1,63}(?:\.[\p{L}\p{N}_-]{1,63}){1,10}/gu)) {
    const before = word.slice(0, found.index)
    const after = word.slice(found.index + found[0].length)
    if (isHost(found[0], before, after)) add(domains, normalDomain(found[0]))
  }
}

/** Endings of files that are also those of domains: such a word is a host only where it stands as one. */
const endings = new Set(
  'sh py pl so rs ps md cc pm zip mov app bin run dev cat tar gz bz2 xz rar py3 js ts pub link page box war info conf ini cfg log pid sock service timer socket target'.split(
    ' ',
  ),
)

/** A part of a path is no host; behind `//` or `@` it is. */
function isHost(name: string, before: string, after: string): boolean {
  if (/(?:\/\/|@)$/.test(before)) return true
  if (/[/.~\p{L}\p{N}_-]$/u.test(before)) return false
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase()
  return !endings.has(ending) || /^:\d{1,5}(?:$|\D)/.test(after)
}

/** Long runs of letters and digits, with the scheme of those coins that have one. */
function walletsIn(word: string): string[] {
  return [...word.matchAll(/(?<![A-Za-z0-9])(?:[a-z]{3,12}:)?[A-Za-z0-9]{20,130}(?![A-Za-z0-9])/g)].flatMap(
    ([found]) => {
      const bare = found.slice(found.indexOf(':') + 1)
      return bare === found ? [found] : [found, bare]
    },
  )
}

function add(set: Set<string>, value: string | undefined): void {
  if (value !== undefined) set.add(value)
}
