import { closeSync, constants, openSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { contentPlaces, readMounts, type SeenContent, unreadPlace } from '../collectors/index.ts'
import { type SharedHashes, shareHashes } from '../detect/intel/index.ts'
import type { ContentsRead } from '../detect/yara/index.ts'
import type { Scan } from '../model/index.ts'
import { intelFolder, type RuleBook } from '../rulebook/index.ts'
import { displayBytes, encodeBytes, liveTarget, type Target } from '../target/index.ts'
import { CommandError } from './command-error.ts'
import { contentGaps } from './content-gaps.ts'
import type { ContentOptions } from './content-options.ts'
import { ContentProgress } from './content-progress.ts'
import { contentRules } from './content-rules.ts'
import type { Context } from './context.ts'
import { defaultState } from './default-state.ts'
import { interruptible } from './interruptible.ts'
import { cut } from './print/text.ts'
import { type LastContents, readLastContents, rememberContents } from './state/last-contents.ts'
import { targetFolder } from './state/state-files.ts'

/** Files in which rules found something, and how much was read. */
export interface ContentsSeen {
  readonly found: ReadonlyMap<string, SeenContent>
  readonly counts: NonNullable<Scan['contents']>
}

/** Reads all contents that the options ask for. What could not be read becomes gaps of the target. */
export async function readAllContents(
  target: Target,
  rules: RuleBook,
  options: ContentOptions,
  context: Context,
): Promise<ContentsSeen> {
  const { readContents } = await import('../detect/yara/index.ts')
  const full = options.full === true
  const mounts = readMounts(liveTarget())
  const where = { root: realRoot(target), remote: options.remote === true }
  const unread = (path: string) => unreadPlace(mounts, where, path)
  const named = full ? undefined : namedPaths(target, options.path ?? [], unread)
  const places = contentPlaces(mounts, { ...where, paths: named?.directories })
  for (const gap of places.gaps) target.addGap(gap)
  const folder = join(targetFolder(context.state, target.root), 'contents')
  const last = full ? readLastContents(folder) : undefined
  const began = new Date().toISOString()
  const keeps = full && options.save !== false
  const expected = full ? (last?.ended === true ? last.files : filesOn(target, places.directories)) : undefined
  const progress = new ContentProgress(context.progress, expected)
  const root = openSync(target.root, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    const read = await interruptible(signal =>
      readContents({
        root,
        directories: places.directories,
        files: alone(named).map(path => ({ path })),
        notInto: [...places.notInto, ...ownFolders(target, context)],
        rules: contentRules(rules, target, context, options),
        which: options.allRules === true ? 'all' : 'own',
        hashes: listedHashes(context),
        cpuPercent: options.cpu,
        cache: {
          path: join(folder, options.allRules === true ? 'all-rules.cache' : 'files.cache'),
          read: options.cache !== false,
          write: options.save !== false,
          whole: full,
        },
        signal,
        begun: known => tellResumed(last, known, context),
        progress: counts => progress.show(counts),
        kept: counts => {
          if (keeps) rememberContents(folder, { ...counts, began, ended: false })
        },
      }),
    )
    if (keeps) rememberContents(folder, { ...read.counts, began, ended: !read.interrupted })
    for (const gap of contentGaps(read, folder)) target.addGap(gap)
    return seenOf(read, named?.files ?? [])
  } finally {
    closeSync(root)
  }
}

/** Hashes that lists of this machine hold; undefined where there is none. */
function listedHashes({ state }: Context): SharedHashes | undefined {
  // Damage is told where the facts are compared with the lists.
  const hashes = shareHashes(intelFolder(state))
  return Object.values(hashes).some(list => list.length > 0) ? hashes : undefined
}

const dayMs = 86_400_000

function tellResumed(last: LastContents | undefined, known: number, context: Context): void {
  if (last === undefined || last.ended || known === 0 || context.json) return
  if (Date.now() - Date.parse(last.began) > dayMs) return
  const when = last.began.slice(11, 16)
  context.notes.text(
    `Going on with the full scan that began at ${when} UTC and was cut off: ${known} files need not be read again.`,
  )
}

/** What people name: where it is in the tree, without links. */
function namedPaths(
  target: Target,
  paths: readonly string[],
  unread: (path: string) => string | undefined,
): { directories: string[]; files: string[] } {
  const named = { directories: [] as string[], files: [] as string[] }
  for (const path of paths) {
    if (!path.startsWith('/')) throw new CommandError(`--path wants a whole path that begins with /, and not ${path}`)
    const real = target.files.realPath(path)
    const type = real === undefined ? undefined : target.files.lstat(real)?.type
    if (real === undefined || (type !== 'directory' && type !== 'file'))
      throw new CommandError(`there is no file or folder ${shown(path)} in ${target.root}`)
    const why = unread(real)
    if (why !== undefined) throw new CommandError(`${shown(path)} cannot be scanned: ${why}`)
    named[type === 'directory' ? 'directories' : 'files'].push(real)
  }
  return named
}

const longestShown = 300

function shown(path: string): string {
  return cut(displayBytes(path), longestShown)
}

/** Named files that lie in no named directory: those are read with it. */
function alone(named: ReturnType<typeof namedPaths> | undefined): string[] {
  const { files = [], directories = [] } = named ?? {}
  return files.filter(path => !directories.some(one => one === '/' || path.startsWith(`${one}/`)))
}

/** Mounts are listed by their real paths. */
function realRoot(target: Target): string {
  return target.live ? '/' : (liveTarget().files.realPath(target.root) ?? target.root)
}

/** Own scans and quarantined files hold what rules look for. They lie on the machine that runs this. */
function ownFolders(target: Target, { state }: Context): string[] {
  const here = liveTarget().files
  const inside = target.live ? '' : realRoot(target)
  return [state, defaultState]
    .map(path => here.realPath(path))
    .filter(path => path !== undefined)
    .filter(path => path.startsWith(`${inside}/`))
    .map(path => path.slice(inside.length))
}

/** About how many files there are: inodes in use, which counts directories too. Unknown where a file system does not count them. */
function filesOn(target: Target, directories: readonly string[]): number | undefined {
  let files = 0
  for (const path of directories) {
    try {
      const { files: all, ffree } = statfsSync(encodeBytes(target.live ? path : `${target.root}${path}`))
      files += all - ffree
    } catch {
      return undefined
    }
  }
  return files
}

/** A file that was named is told of in any case. */
function seenOf({ found, counts }: ContentsRead, named: readonly string[]): ContentsSeen {
  const { files, bytes, cached, seconds } = counts
  const seen = new Map<string, SeenContent>(named.map(path => [path, { matches: [] }]))
  for (const { path, matches, sha256, md5, listed } of found)
    if (matches.length > 0 || listed === true || seen.has(path)) seen.set(path, { matches, sha256, md5 })
  return {
    found: seen,
    counts: { files, bytes, cached, seconds: Math.round(seconds * 10) / 10 },
  }
}
