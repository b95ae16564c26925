import { closeSync, constants, openSync } from 'node:fs'
import { join } from 'node:path'
import type { ContentMatch, Fact, FileFact, ProcessFact } from '../model/index.ts'
import type { RuleBook } from '../rulebook/index.ts'
import { fromFact, type Target } from '../target/index.ts'
import { contentGaps } from './content-gaps.ts'
import type { ContentOptions } from './content-options.ts'
import { contentRules } from './content-rules.ts'
import type { Context } from './context.ts'
import { ownPaths } from './own-paths.ts'
import { targetFolder } from './state/state-files.ts'

const mostFiles = 1_000
/** A quick scan reads so much of what is suspicious. */
const mostBytes = 128 * 1024 * 1024
const mostBytesOfOne = 32 * 1024 * 1024
/** Of a larger one collectors have seen beginning and end only (collectors/linux/files.ts). */
const seenWhole = 4 * 1024 * 1024

/**
 * Rules look into what is suspicious already: files of no package in which collectors met telling words, or which they could see
 * only in part although something starts them or they lie where droppers put things, and programs that run without a file. What
 * they say is written into the facts. Where nothing is suspicious nothing is loaded: that costs a second and 90 MB. This program
 * itself is left out: its runtime is large, no package owns it, and it runs wherever an agent does.
 */
export async function lookIntoSuspects(
  target: Target,
  facts: readonly Fact[],
  rules: RuleBook,
  options: ContentOptions,
  context: Context,
): Promise<void> {
  const own = ownPaths(target)
  const isOwn = (path = '') => own.some(folder => path.startsWith(`${folder}/`))
  const programs = target.live ? facts.filter(isProgramWithoutFile).filter(({ path }) => !isOwn(path)) : []
  // Rules of others know words that collectors do not.
  const wide = rules.content.hasForeign
  const files = boundedFiles(
    facts.filter((fact): fact is FileFact => isSuspectFile(fact, wide)),
    target,
    isOwn,
  )
  if (programs.length + files.size === 0) return
  const { readContents } = await import('../detect/yara/index.ts')
  const folder = join(targetFolder(context.state, target.root), 'contents')
  const root = openSync(target.root, constants.O_RDONLY | constants.O_DIRECTORY)
  context.progress.show(`reading ${files.size + programs.length} contents that are suspicious`)
  try {
    const read = await readContents({
      root,
      directories: [],
      files: [
        ...[...files.keys()].map(path => ({ path })),
        ...programs.map(({ pid }) => ({ path: `/proc/${pid}/exe`, isProcess: true })),
      ],
      notInto: [],
      rules: contentRules(rules, target, context, options),
      // Of rules of others too, where there are some.
      which: 'all',
      cpuPercent: options.cpu,
      cache: {
        path: join(folder, 'suspects.cache'),
        read: options.cache !== false,
        write: options.save !== false,
        whole: true,
      },
    })
    const found = new Map(read.found.map(one => [one.path, one]))
    for (const [path, fact] of files) addMatches(fact, found.get(path)?.matches ?? [])
    for (const fact of programs) addMatches(fact, found.get(`/proc/${fact.pid}/exe`)?.matches ?? [])
    for (const gap of contentGaps(read, folder)) target.addGap(gap)
  } finally {
    closeSync(root)
  }
}

function isSuspectFile(fact: Fact, wide: boolean): fact is FileFact {
  if (fact.kind !== 'file' || fact.type !== 'file' || fact.size === 0) return false
  if ((fact.matches ?? []).length > 0) return true
  if (fact.ownership === 'owned' || fact.ownership === 'verified' || fact.ownership === 'conffile') return false
  if (wide || fact.seenAs.includes('web-root')) return true
  // Collectors have looked for the same words: where they met nothing, rules would meet nothing either.
  return (
    fact.traits.some(trait => !plain.has(trait)) || (fact.size > seenWhole && fact.seenAs.some(why => telling.has(why)))
  )
}

const plain: ReadonlySet<string> = new Set(['elf', 'script', 'archive', 'image', 'json', 'text', 'empty'])
const telling: ReadonlySet<string> = new Set([
  ...['autostart', 'process', 'preload', 'kernel-module', 'named-by-file'],
  ...['drop-place', 'hidden-directory', 'hidden-home', 'beside-program'],
])

function isProgramWithoutFile(fact: Fact): fact is ProcessFact {
  return fact.kind === 'process' && !fact.kernelThread && (fact.exeDeleted || fact.exeInMemory)
}

/** By their paths without links; what is too much is a gap. */
function boundedFiles(
  facts: readonly FileFact[],
  target: Target,
  isOwn: (path: string) => boolean,
): Map<string, FileFact> {
  const files = new Map<string, FileFact>()
  let bytes = 0
  let left = 0
  for (const fact of facts) {
    const path = target.files.realPath(fromFact(fact.path, fact.pathBytes))
    if (path === undefined || isOwn(path)) continue
    if (fact.size > mostBytesOfOne || bytes + fact.size > mostBytes || files.size >= mostFiles) left++
    else {
      bytes += fact.size
      files.set(path, fact)
    }
  }
  if (left > 0)
    target.addGap({ what: `contents of ${left} files`, why: 'more than a quick scan reads: scan --full reads them' })
  return files
}

function addMatches(fact: FileFact | ProcessFact, matches: readonly ContentMatch[]): void {
  const known = fact.matches ?? []
  const all = [
    ...known,
    ...matches.filter(one => !known.some(other => other.rule === one.rule && other.member === one.member)),
  ]
  if (all.length > 0) fact.matches = all
}
