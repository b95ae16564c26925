import type { Fact } from '../../model/index.ts'
import { decodeBytes } from '../../target/index.ts'
import type { Collector, Survey } from '../collector.ts'
import { autostartFact, isStock } from './autostart-fact.ts'
import { distinct, glob } from './directory.ts'
import { readLines } from './host-lines.ts'
import { hiddenThings, ordinaryView } from './ordinary-view.ts'
import { preloadFacts } from './preload-fact.ts'

/**
 * What the dynamic linker puts before everything else (ld.so(8)): /etc/ld.so.preload, directories of ld.so.conf that are no
 * package's or lie oddly, and a loader in which the name of the preload file was patched, as rootkits do to move the list.
 */
export const preload: Collector = {
  name: 'preload',
  collects: ['preload', 'autostart', 'setting'],
  os: ['linux'],
  stage: 'first',
  *collect(survey) {
    survey.progress('dynamic linker')
    const found = [...listedLibraries(survey, preloadPath), ...patchedLoaders(survey)]
    yield* withHidden(survey, found)
    yield* linkerPaths(survey)
  },
}

const preloadPath = '/etc/ld.so.preload'

/** What is hidden is laid to the libraries that no package owns; to all of them where a package owns each. */
function withHidden(survey: Survey, found: readonly Fact[]): Fact[] {
  const listed = found.filter(fact => fact.kind === 'preload')
  if (listed.length === 0) return [...found]
  const view = ordinaryView(
    survey,
    listed.flatMap(({ path, targets }) => [path, ...targets]),
  )
  const hides = hiddenThings(view)
  if (hides.length === 0) return [...found]
  const strange = new Set(listed.filter(({ library }) => !/^(?:owned|verified)$/.test(survey.owner(library).ownership)))
  return found.map(fact =>
    fact.kind === 'preload' && (strange.size === 0 || strange.has(fact))
      ? { ...fact, hides, hidesFrom: [...view.calls] }
      : fact,
  )
}

/** glibc takes everything from `#` to the end of its line as a comment, and both spaces and colons as separators. */
function* listedLibraries(survey: Survey, path: string): Generator<Fact> {
  if (survey.target.files.stat(path)?.type !== 'file') return
  const lines = (survey.target.files.text(path, 1 << 20) ?? '').split('\n', 10_000)
  for (const [index, text] of lines.entries()) {
    const value = text.replace(/#.*$/s, '').replaceAll('\0', ' ').replace(/\r$/, '')
    yield* preloadFacts(survey, 'ld.so.preload', value, { path, line: index + 1, text })
  }
}

function* linkerPaths(survey: Survey): Generator<Fact> {
  const { target } = survey
  const paths = ['/etc/ld.so.conf', ...glob(target, '/etc/ld.so.conf.d/*'), ...glob(target, '/etc/ld-musl-*.path')]
  for (const path of distinct(target, paths)) {
    if (target.files.stat(path)?.type !== 'file') continue
    const stock = isStock(survey, path)
    for (const { line, text, joined } of readLines(target, path)) {
      const content = joined.replace(/#.*$/s, '').trim()
      if (content === '' || /^(?:include|hwcap)\s/.test(content)) continue
      for (const directory of content
        .split(/[\s:,=]+/)
        .filter(entry => entry.startsWith('/'))
        .slice(0, 50)) {
        const odd = oddDirectory.test(directory)
        if (stock && !odd) continue
        const settings = [`directory=${directory}`]
        const targets = odd ? [directory] : []
        yield autostartFact(survey, {
          mechanism: 'linker-path',
          path,
          line,
          text,
          command: '',
          targets,
          settings,
          schedule: 'program start',
        })
      }
    }
  }
}

const oddDirectory = /^\/(?:tmp|var\/tmp|dev|run|home|root)(?:\/|$)|\/\./

const loaders = [
  '/lib64/ld-linux*',
  '/lib/ld-linux*',
  '/lib/*/ld-linux*',
  '/lib32/ld-linux*',
  '/usr/lib64/ld-linux*',
  '/usr/lib/ld-linux*',
  '/usr/lib/*/ld-linux*',
  '/usr/lib32/ld-linux*',
  '/lib64/ld64.so*',
  '/lib/ld.so.1',
]

/** musl's loader knows no such file, so only glibc's are read. */
function* patchedLoaders(survey: Survey): Generator<Fact> {
  const { target } = survey
  for (const path of distinct(
    target,
    loaders.flatMap(pattern => glob(target, pattern)),
  )) {
    if (target.files.stat(path)?.type !== 'file') continue
    const bytes = target.files.read(path, 8 << 20)
    if (bytes?.subarray(0, 4).toString('latin1') !== '\x7fELF' || bytes.includes(`${preloadPath}\0`)) continue
    // A loader without the name of its cache is none of glibc's: a stub, or a text that only bears the name.
    if (!bytes.includes('/etc/ld.so.cache')) continue
    const instead = replacements(bytes)
    const detail = instead.length === 0 ? 'the name is gone' : 'another name of the same length stands in its place'
    yield {
      kind: 'setting',
      name: 'loader-preload-path',
      value: instead.join(' ') || 'absent',
      path,
      attributes: target.files.attributes(path),
      detail,
    }
    for (const list of instead) yield* listedLibraries(survey, list)
  }
}

/** Absolute paths in the loader that have the length of the real one: a patch cannot make a string longer. */
function replacements(bytes: Buffer): string[] {
  const found = new Set<string>()
  for (let at = bytes.indexOf('\0/'); at >= 0 && found.size < 8; at = bytes.indexOf('\0/', at + 1)) {
    const end = bytes.indexOf(0, at + 1)
    if (end - at - 1 !== preloadPath.length) continue
    const text = decodeBytes(bytes.subarray(at + 1, end))
    if (/^\/[\x21-\x7e]+$/.test(text) && !/\.so\.cache$|^\/proc\//.test(text)) found.add(text)
  }
  return [...found]
}
