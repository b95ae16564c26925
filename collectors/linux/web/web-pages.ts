import type { FileStat, Target } from '../../../target/index.ts'
import { displayBytes } from '../../../target/index.ts'
import type { Survey } from '../../collector.ts'
import { join } from '../directory.ts'
import { openPackages } from '../packages/package-database.ts'
import { tooWide, webTreeOf } from './web-tree.ts'

/** A file of a web root that a quick scan looks into. */
export interface WebPage {
  readonly path: string
  readonly size: number
  readonly form: 'page' | 'picture'
}

/** What lies in web roots and is worth a look, the most telling first. */
export interface WebPages {
  readonly pages: readonly WebPage[]
  /** `.htaccess`, `.user.ini`: what they say holds for each request to the directory. */
  readonly folderFiles: readonly string[]
}

const limits = { entries: 60_000, perDirectory: 20_000, depth: 24, folderFiles: 2_000, pages: 20_000 } as const
/** An intruder's page is found within this time, or by a full scan. */
const youngDays = 30
const dayMs = 86_400_000

const scripts =
  /\.(?:php\d?|phtml|pht|phar|phps|inc|module|jspx?|jspf|jsw|jsv|aspx?|ashx|asmx|cer|asa|cfml?|shtml|cgi|pl)$/i
const pages = /\.(?:html?|xhtml|js|mjs|tpl|twig|svg)$/i
const pictures = /\.(?:jpe?g|png|gif|ico|bmp|webp)$/i
const settings = /^(?:\.htaccess|\.user\.ini|php\.ini)$/
/** Where visitors' files go. */
const uploads =
  /\/(?:uploads?|files|images?|img|media|avatars?|attachments|userfiles|pictures|pics|photos|static\/uploads)\//i
/** Programs and history of developers, which a server does not hand out. */
const notInto = new Set(['.git', '.svn', '.hg', 'node_modules', '.cache'])

const remembered = new WeakMap<Survey, WebPages>()

/** Gone through once a scan, for all who ask; what is too much is a gap. */
export function webPagesOf(survey: Survey): WebPages {
  const known = remembered.get(survey) ?? readPages(survey)
  remembered.set(survey, known)
  return known
}

interface Ranked extends WebPage {
  readonly rank: number
  readonly changedMs: number
}

function readPages(survey: Survey): WebPages {
  const { target } = survey
  const { places, users } = webTreeOf(survey)
  const uids = new Set(
    survey.people.filter(({ name, uid }) => uid !== 0 && isServer(name, users)).map(({ uid }) => uid),
  )
  const found: Ranked[] = []
  const folderFiles: string[] = []
  for (const { path, shown, stat } of entriesOf(survey, outermost(places))) {
    const name = path.slice(path.lastIndexOf('/') + 1)
    if (settings.test(name)) {
      if (folderFiles.length < limits.folderFiles) folderFiles.push(path)
      continue
    }
    const rank = rankOf(shown, name, stat, { uids, now: target.now })
    if (rank === undefined || stat.size === 0 || found.length >= limits.pages) continue
    const form = pictures.test(name) ? 'picture' : 'page'
    found.push({ path, size: stat.size, form, rank, changedMs: stat.changedMs })
  }
  return { pages: found.sort((a, b) => a.rank - b.rank || b.changedMs - a.changedMs), folderFiles }
}

/** Whether it is worth a look, and how soon: 0 first. */
function rankOf(
  shown: string,
  name: string,
  { changedMs, uid }: FileStat,
  { uids, now }: { readonly uids: ReadonlySet<number>; readonly now: number },
): number | undefined {
  const young = now - changedMs <= youngDays * dayMs
  const byVisitors = uploads.test(shown)
  if (scripts.test(name)) {
    if (byVisitors) return 0
    if (young) return uids.has(uid) ? 1 : 2
    return uids.has(uid) ? 4 : undefined
  }
  if (pages.test(name)) return young ? 3 : undefined
  if (pictures.test(name)) return young ? 5 : undefined
  return undefined
}

const usualUsers = new Set([
  'www-data',
  'apache',
  'nginx',
  'http',
  'httpd',
  'lighttpd',
  'caddy',
  'www',
  'wwwrun',
  'tomcat',
])

function isServer(name: string, users: readonly string[]): boolean {
  return usualUsers.has(name) || users.includes(name)
}

/** Roots that lie in no other one, each wide one with the gap that it is. */
function outermost(places: readonly { path: string; walk: boolean }[]): { path: string; walk: boolean }[] {
  const walked = places.filter(({ walk }) => walk)
  const inner = (path: string) => walked.some(other => path.startsWith(`${other.path}/`))
  return places.filter(({ path }) => !inner(path))
}

interface Entry {
  readonly path: string
  /** Where visitors find it: by way of links. */
  readonly shown: string
  readonly stat: FileStat
}

/**
 * Regular files of all roots, level by level, so that no large root takes the turn of another one; without what a package put
 * there and nobody has changed since. Links to directories are followed, each directory once: uploads lie elsewhere as a rule where
 * each release of a site is a directory of its own.
 */
function* entriesOf({ target, readsAll }: Survey, roots: readonly { path: string; walk: boolean }[]): Generator<Entry> {
  let entries = 0
  let waiting: Omit<Entry, 'stat'>[] = []
  for (const { path, walk } of roots)
    if (walk) waiting.push({ path, shown: path })
    else
      target.addGap({
        what: `web root ${displayBytes(path)}`,
        why: readsAll
          ? `as wide as the system: ${settingsLeft}`
          : 'as wide as the system: a quick scan does not go through it, scan --full does',
        path: displayBytes(path),
      })
  const packages = openPackages(target)
  const seen = new Set(waiting.map(({ path }) => path))
  for (let depth = 0; waiting.length > 0 && depth <= limits.depth; depth++) {
    const next: typeof waiting = []
    for (const { path: directory, shown } of waiting) {
      // What a package lists lies in a directory that it lists too.
      const packaged = packages.packageOf(directory) !== undefined
      for (const name of target.files.list(directory, limits.perDirectory) ?? []) {
        if (++entries > limits.entries) return tooMuch(target, readsAll)
        const path = join(directory, name)
        const stat = target.files.lstat(path)
        const untouched = packaged && packages.packageOf(path) !== undefined && !packages.changedLater(path)
        if (stat?.type === 'file' && !untouched) yield { path, shown: join(shown, name), stat }
        const inner = stat === undefined || notInto.has(name) ? undefined : directoryAt(target, path, stat)
        if (inner === undefined || seen.has(inner)) continue
        seen.add(inner)
        next.push({ path: inner, shown: join(shown, name) })
      }
    }
    waiting = next
  }
  if (waiting.length > 0) tooMuch(target, readsAll)
}

function directoryAt(target: Target, path: string, stat: FileStat): string | undefined {
  if (stat.type === 'directory') return path
  if (stat.type !== 'symlink') return undefined
  const real = target.files.realPath(path)
  return real === undefined || tooWide.test(real) || target.files.stat(real)?.type !== 'directory' ? undefined : real
}

/** All that is left to say where all contents are read anyway. */
const settingsLeft = 'settings of folders (.htaccess, .user.ini) were not looked for'

function tooMuch(target: Target, readsAll: boolean): void {
  target.addGap({
    what: 'pages of web roots',
    why: `more than ${limits.entries} entries or ${limits.depth} levels: ${readsAll ? settingsLeft : 'a quick scan did not go through the rest, scan --full does'}`,
  })
}
