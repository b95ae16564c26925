import { execFile } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { openPackages } from '../../collectors/index.ts'
import type { ContentScanner, FileLooker } from '../../detect/yara/index.ts'
import { type KnownLists, openKnownLists, openRules, type RuleBook } from '../../rulebook/index.ts'
import type { AllowEntry } from '../../model/index.ts'
import { liveTarget, type Target } from '../../target/index.ts'
import { ownPaths } from '../own-paths.ts'
import { allowlistFor } from '../state/allowlist.ts'
import { compiledRulesFolder, packFolders } from '../state/rule-packs.ts'

/** All that a judgement needs, opened once: rules over facts and contents, packages, lists, what was allowed. */
export interface Knowledge {
  readonly rules: RuleBook
  readonly files: FileLooker
  readonly memory: ContentScanner
  readonly allow: readonly AllowEntry[]
  /** The running system; another one after packages were installed or an hour has passed. */
  target(): Target
  lists(): KnownLists
  ownPaths(): readonly string[]
  close(): void
}

export interface KnowledgeOptions {
  readonly state: string
  /** Folders with rules of others besides those of the state folder. */
  readonly rules: readonly string[]
  readonly log: (line: string) => void
}

/** Databases of dpkg, apk and rpm: whose times say that something was installed. */
const packageDatabases = [
  '/var/lib/dpkg/status',
  '/lib/apk/db/installed',
  ...['rpmdb.sqlite', 'Packages', 'Packages.db'].flatMap(name => [
    `/var/lib/rpm/${name}`,
    `/usr/lib/sysimage/rpm/${name}`,
  ]),
]
const oldestMs = 3_600_000
const lookEveryMs = 2_000
/** While packages are being installed their databases change all the time. */
const settledMs = 5_000
const longestUnsettledMs = 60_000
const largestFile = 256 * 1024 * 1024
const longestCompilingMs = 120_000
const launcher = join(import.meta.dirname, '../../davylamp')

/** Takes a second or two. */
export async function openKnowledge({ state, rules: folders, log }: KnowledgeOptions): Promise<Knowledge> {
  const yara = await import('../../detect/yara/index.ts')
  const rules = openRules([...folders, ...packFolders(state)])
  for (const problem of rules.errors) log(`rule left out: ${problem.message}`)
  const { compiled } = await rules.content.compiled(compiledRulesFolder(state), () => compileApart(state, folders, log))
  const which = rules.content.hasForeign ? 'all' : 'own'
  const scanner = yara.openContentScanner(compiled)
  const memory = yara.openContentScanner(compiled, { for: 'memory' })
  const files = new yara.FileLooker(scanner, { which, largest: largestFile, md5: true, rest: () => false })
  const addGap = ({ what, why }: { readonly what: string; readonly why: string }) => log(`${what}: ${why}`)
  let present = presentOf(state, addGap)
  let lookAt = performance.now() + lookEveryMs
  let changing = { version: present.version, sinceMs: 0, lastMs: 0 }
  const fresh = () => {
    const now = performance.now()
    if (now < lookAt) return present
    lookAt = now + lookEveryMs
    const version = versionOfPackages()
    if (version !== changing.version)
      changing = { version, sinceMs: changing.version === present.version ? now : changing.sinceMs, lastMs: now }
    const settled = now - changing.lastMs > settledMs || now - changing.sinceMs > longestUnsettledMs
    if (now - present.sinceMs < oldestMs && (present.version === version || !settled)) return present
    present.lists.close()
    present = presentOf(state, addGap)
    return present
  }
  return {
    rules,
    files,
    memory,
    allow: allowlistFor(state, addGap),
    target: () => fresh().target,
    lists: () => fresh().lists,
    ownPaths: () => fresh().own,
    close() {
      present.lists.close()
      scanner.close()
      memory.close()
    },
  }
}

/** Ten megabytes that compiling leaves behind are left behind in a child. Without it, it is done here. */
async function compileApart(state: string, folders: readonly string[], log: (line: string) => void): Promise<void> {
  const words = ['--state', state, 'agent', 'compile-rules', ...folders.flatMap(folder => ['--rules', folder])]
  try {
    await promisify(execFile)(launcher, words, { timeout: longestCompilingMs })
  } catch (error) {
    log(`rules are compiled by the guard itself: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function presentOf(state: string, addGap: Parameters<typeof openKnownLists>[2]) {
  const target = liveTarget()
  const version = versionOfPackages()
  openPackages(target).packageOf('/sbin/init')
  return {
    target,
    version,
    sinceMs: performance.now(),
    lists: openKnownLists(state, new Date().toISOString(), addGap),
    own: ownPaths(target),
  }
}

function versionOfPackages(): string {
  return packageDatabases
    .map(path => {
      const stat = statSync(path, { throwIfNoEntry: false, bigint: true })
      return stat === undefined ? '' : `${stat.ino}:${stat.size}:${stat.mtimeNs}`
    })
    .join(' ')
}
