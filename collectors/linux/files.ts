import type { FileFact } from '../../model/index.ts'
import { displayBytes, type FileStat, type Target } from '../../target/index.ts'
import type { Collector, Survey } from '../collector.ts'
import { lookAtContent } from './contents/traits.ts'
import { namesIn } from './contents/names.ts'
import { baseName } from './directory.ts'
import { digestOf } from './file-digest.ts'
import { fileFact } from './file-fact.ts'
import { isOddName, usualPlaces } from './file-places.ts'
import { homesOf } from './people.ts'
import { pointedPaths, reasonOf } from './pointed-paths.ts'
import { addProgramSizes, linkSameContent } from './same-content.ts'
import { suspectPages } from './web/suspect-pages.ts'

const megabyte = 1024 * 1024
const limits = {
  facts: 6_000,
  contents: 3_000,
  depth: 3,
  named: 500,
  beside: 8,
  wholeFile: 4 * megabyte,
  head: megabyte,
  tail: megabyte / 4,
  /** What is bigger is hashed when a plan names it. */
  digest: 32 * megabyte,
  /** A script or configuration in a drop place is smaller. */
  plainText: megabyte / 4,
  /** Bytes hashed and looked into for files that merely lie somewhere. */
  lookedAt: 160 * megabyte,
} as const

/**
 * Files that something points at, and files in the usual drop places or in system directories that no package put there.
 * What a package owns unmodified and nothing points at gives no fact.
 */
export const files: Collector = {
  name: 'files',
  collects: ['file'],
  os: ['linux'],
  stage: 'second',
  collect,
}

interface Seen {
  readonly fact: FileFact
  readonly path: string
  readonly stat: FileStat
}

function* collect(survey: Survey): Iterable<FileFact> {
  const { target } = survey
  const seen = new Map<string, Seen>()
  const sizes = new Map<number, string[]>()
  const budget = { bytes: limits.lookedAt }
  const pointed = pointedPaths(survey)
  let waiting: { path: string; reasons: string[]; depth: number }[] = []
  for (const [path, reasons] of pointed) waiting.push({ path, reasons, depth: 0 })
  // Who names what lies there is looked at, what it names is not: a text that speaks of paths is nobody's start.
  const found = new Map([...survey.contents].slice(0, limits.contents).map(([path, one]) => [path, [reasonOf(one)]]))
  for (const [path, reasons] of found) if (!pointed.has(path)) waiting.push({ path, reasons, depth: limits.depth })
  if (survey.contents.size > limits.contents)
    target.addGap({ what: 'files', why: `rules found something in more than ${limits.contents} of them` })
  const homes = homesOf(target, survey.people).map(({ home }) => home)
  const isWide = survey.around === undefined
  for (const place of isWide ? usualPlaces(target, homes, [...pointed.keys()]) : []) {
    const stat = target.files.lstat(place.path)
    if (stat === undefined) continue
    if (stat.type === 'file') sizes.set(stat.size, [...(sizes.get(stat.size) ?? []), place.path])
    const all = place.seenAs === 'hidden-directory'
    found.get(place.path)?.push(place.seenAs)
    if (!pointed.has(place.path) && !found.has(place.path) && (all || isWorthALook(target, place.path, stat))) {
      waiting.push({ path: place.path, reasons: [place.seenAs], depth: 0 })
    }
  }
  for (const path of isWide ? suspectPages(survey) : []) {
    for (const reasons of [pointed.get(path), found.get(path)]) reasons?.push('web-root')
    if (!pointed.has(path) && !found.has(path)) waiting.push({ path, reasons: ['web-root'], depth: limits.depth })
  }
  let named = 0
  while (waiting.length > 0) {
    const next: typeof waiting = []
    for (const { path, reasons, depth } of waiting) {
      if (seen.has(path) || seen.size >= limits.facts) continue
      const one = look(survey, path, reasons, budget)
      if (one === undefined) continue
      seen.set(path, one)
      // A link that merely lies somewhere may lead to anything of the host.
      if (
        one.fact.type === 'symlink' &&
        one.fact.linkTarget !== undefined &&
        reasons.some(reason => pointers.has(reason))
      ) {
        const real = target.files.realPath(path)
        if (real !== undefined) next.push({ path: real, reasons, depth })
      }
      for (const beside of settingsBeside(target, one, reasons))
        if (!pointed.has(beside)) next.push({ path: beside, reasons: ['beside-program'], depth: limits.depth })
      if (depth >= limits.depth) continue
      for (const path of one.fact.targets) {
        if (named++ < limits.named) next.push({ path, reasons: ['named-by-file'], depth: depth + 1 })
      }
    }
    waiting = next
  }
  if (isWide) {
    addProgramSizes(survey, sizes)
    addCopies(survey, seen, sizes, budget)
  }
  linkSameContent(seen)
  if (seen.size >= limits.facts) target.addGap({ what: 'files', why: `more than ${limits.facts} files are pointed at` })
  for (const { fact } of [...seen.values()].filter(one => isWorthAFact(one.fact))) yield fact
}

/** What a program reads by itself when nobody names it: mining programs take a `config.json` from their own directory. */
function settingsBeside(target: Target, { fact, path }: Seen, reasons: readonly string[]): string[] {
  const isStarted = reasons.includes('autostart') || reasons.includes('process')
  if (!isStarted || !fact.traits.includes('elf') || (fact.ownership !== 'unowned' && fact.ownership !== 'unknown'))
    return []
  const directory = path.slice(0, path.lastIndexOf('/'))
  return (target.files.list(directory) ?? [])
    .filter(name => /\.json$|^\.?config\b/.test(name))
    .slice(0, limits.beside)
    .map(name => `${directory}/${name}`)
    .filter(one => {
      const stat = target.files.lstat(one)
      return stat?.type === 'file' && stat.size <= limits.plainText
    })
}

/** A first, cheap sieve for what merely lies somewhere. */
function isWorthALook(target: Target, path: string, stat: FileStat): boolean {
  const name = baseName(path)
  if (stat.type === 'directory') return true
  if (stat.type === 'symlink') return isOddName(name)
  if (stat.type !== 'file' || stat.size === 0) return false
  if ((stat.mode & 0o111) !== 0 || isOddName(name)) return true
  if (name === 'config.json' && stat.size <= limits.plainText) return true
  if (inDropPlace.test(path)) return stat.size <= limits.plainText || startsElf(target, path)
  if (/\.so(?:\.|$)|\.ko(?:\.|$)|\.sh$/.test(name) || /\/\.[^/]/.test(path))
    return startsElf(target, path) || stat.size < 65_536
  return stat.size > 1_024 && startsElf(target, path)
}

/** Marks and pid files that programs leave; a rule may know one. */
const hiddenInDropPlace = /^\/(?:tmp|var\/tmp|dev\/shm)\/\.[^/]+$/
const inDropPlace = /^(?:\/tmp|\/var\/tmp|\/dev\/shm|\/run\/user|\/run\/shm)\//

function startsElf(target: Target, path: string): boolean {
  return target.files.slice(path, 0, 4)?.toString('latin1') === '\x7fELF'
}

/** What is there is no content: a name may lead to this program itself, or read the memory of whoever asks. */
const ofTheKernel = /^\/(?:proc|sys)\//

function look(survey: Survey, path: string, reasons: string[], budget: { bytes: number }): Seen | undefined {
  if (ofTheKernel.test(path)) return undefined
  const stat = survey.target.files.lstat(path)
  if (stat === undefined) return undefined
  const isPointed = reasons.some(reason => pointers.has(reason))
  if (reasons.includes('named-by-file') && survey.owner(path).package !== undefined) return undefined
  const fact = fileFact(survey, path, stat, reasons)
  const one = { fact, path, stat }
  addMatches(survey, one)
  if (fact.type !== 'file' || stat.size > limits.digest) {
    if (fact.type === 'file') addContent(survey, one, isPointed)
    return one
  }
  if (fact.ownership === 'owned' || fact.ownership === 'verified') {
    // Its ownership is known from this very digest.
    if (survey.owner(path).recordedDigest !== undefined) addDigest(survey, one)
    return one
  }
  if (!isPointed) {
    if (budget.bytes < stat.size) {
      survey.target.addGap({
        what: 'file contents',
        why: 'more bytes in the usual places than a quick scan reads',
        path: displayBytes(path),
      })
      return one
    }
    budget.bytes -= stat.size
  }
  addContent(survey, one, isPointed)
  if (
    isPointed ||
    fact.seenAs.includes('web-root') ||
    isProgram(fact) ||
    fact.traits.some(trait => !plainTraits.has(trait))
  )
    addDigest(survey, one)
  return one
}

const pointers = new Set(['autostart', 'process', 'preload', 'kernel-module', 'named-by-file', 'content', 'named'])
const plainTraits: ReadonlySet<string> = new Set(['text', 'json', 'empty', 'archive', 'image'])

/** What a scan of contents found in it. */
function addMatches({ contents }: Survey, { fact, path }: Seen): void {
  const content = contents.get(path)
  if (content === undefined || fact.type !== 'file') return
  if (content.matches.length > 0) fact.matches = [...content.matches]
  if (content.sha256 !== undefined) fact.sha256 = content.sha256
  if (content.md5 !== undefined) fact.md5 = content.md5
}

function isProgram(fact: FileFact): boolean {
  return fact.executable || fact.traits.includes('elf') || fact.traits.includes('script')
}

function addDigest(survey: Survey, { fact, path }: Seen): void {
  // Whoever looked at its content hashed the same bytes.
  if (fact.sha256 !== undefined && fact.md5 !== undefined) return
  const digest = digestOf(survey.target, path)
  if (digest === undefined) return
  fact.sha256 = digest.sha256
  fact.md5 = digest.md5
}

function addContent(survey: Survey, { fact, path, stat }: Seen, isPointed: boolean): void {
  const bytes = contentOf(survey.target, path, stat.size)
  if (bytes === undefined) return
  const name = baseName(path)
  const runnable =
    (isPointed &&
      fact.seenAs.some(reason => reason !== 'content' && reason !== 'named') &&
      !/\.(?:log|txt|md|out|err|pid|conf|cfg|ini|ya?ml|xml|html?|lock|service|timer)$/i.test(name)) ||
    fact.executable ||
    /\.(?:sh|bash|py|pl)$/.test(name) ||
    (name.endsWith('.php') && !fact.seenAs.includes('web-root'))
  const content = lookAtContent({ bytes, size: stat.size, runnable, otherLanguage: /\.[mc]?[jt]sx?$/.test(name) })
  fact.traits = content.traits
  fact.evidence = content.evidence.slice(0, 10).map(words => displayBytes(words).slice(0, 80))
  const home = survey.people.find(person => person.uid === stat.uid)?.home
  const named = namesIn(path, bytes, content.form, home)
  fact.targets = named.targets.map(displayBytes)
  fact.endpoints = named.endpoints.map(displayBytes)
  if (named.runs.length > 0) fact.runs = named.runs.map(displayBytes)
  if (named.grants.length > 0) fact.grants = named.grants
}

/** All of a small file; of a big one its beginning and its end. Valid until the next file is read. */
function contentOf(target: Target, path: string, size: number): Buffer | undefined {
  reading ??= Buffer.allocUnsafeSlow(limits.wholeFile)
  if (size <= limits.wholeFile) return target.files.slice(path, 0, Math.max(1, size), reading)
  const head = target.files.slice(path, 0, limits.head, reading)
  if (head === undefined) return undefined
  const tail = target.files.slice(path, size - limits.tail, limits.tail, reading.subarray(limits.head))
  if (tail === undefined) return head
  tail.copy(reading, head.length)
  return reading.subarray(0, head.length + tail.length)
}

/** One for all files, because a garbage collector that is asked for megabytes again and again keeps hundreds of them. */
let reading: Buffer | undefined

/** Files of the usual places that have the size of a program no package owns: hashed, and kept when they are the same. */
function addCopies(
  survey: Survey,
  seen: Map<string, Seen>,
  sizes: ReadonlyMap<number, readonly string[]>,
  budget: { bytes: number },
): void {
  for (const { fact, stat } of [...seen.values()]) {
    if (fact.sha256 === undefined || !fact.traits.includes('elf')) continue
    for (const path of sizes.get(stat.size) ?? []) {
      if (seen.has(path) || budget.bytes < stat.size) continue
      budget.bytes -= stat.size
      if (digestOf(survey.target, path)?.sha256 !== fact.sha256) continue
      const copy = look(survey, path, ['drop-place'], { bytes: limits.digest })
      if (copy !== undefined) seen.set(path, copy)
    }
  }
}

/** Plain texts and archives that merely lie in a drop place are nobody's business. */
function isWorthAFact(fact: FileFact): boolean {
  if (fact.type !== 'file' || fact.seenAs.some(reason => pointers.has(reason) || reason === 'hidden-directory'))
    return true
  // Listed by a package and changed later, but not in its content.
  if (fact.package !== undefined && fact.ownership !== 'modified') return false
  if (hiddenInDropPlace.test(fact.path)) return true
  return (
    fact.seenAs.includes('web-root') ||
    isProgram(fact) ||
    isOddName(fact.name) ||
    fact.traits.some(trait => !plainTraits.has(trait))
  )
}
