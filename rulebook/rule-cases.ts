import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { collectFacts, linuxCollectors } from '../collectors/index.ts'
import { type Detect, judge, World } from '../engine/index.ts'
import type { Fact, HostEvent } from '../model/index.ts'
import {
  type MemoryFile,
  memoryTarget,
  type ProcessOptions,
  processFiles,
  type SocketRow,
  type Target,
} from '../target/index.ts'
import type { EventRules } from './event-rules.ts'
import { eventWith } from './event-with.ts'
import { factWith } from './fact-with.ts'

/** One host of a `*.cases.yml` file, and where on it a rule must speak. */
const ruleCase = z.strictObject({
  name: z.string(),
  /** Title of the rule that the case is about. */
  rule: z.string(),
  files: z.record(z.string(), z.union([z.string(), z.record(z.string(), z.unknown())])).default({}),
  /** Paths (of `files`, or with this content) that a package owns unmodified, and the package. */
  owned: z.record(z.string(), z.string()).default({}),
  /** Paths that a package owns but with another content than it has now. */
  changed: z.record(z.string(), z.string()).default({}),
  processes: z.array(z.record(z.string(), z.unknown())).default([]),
  sockets: z.array(z.record(z.string(), z.unknown())).default([]),
  /** Facts that no file can tell of (modules of a kernel); missing fields are filled with nothing. */
  facts: z.array(z.record(z.string(), z.unknown())).default([]),
  /** What happens, in this order and a second apart unless `at` says otherwise; missing fields are filled with nothing. */
  events: z.array(z.record(z.string(), z.unknown())).default([]),
  now: z.string().default('2026-06-01T00:00:00Z'),
  /**
   * `path`, `path:line`, `pid N`, `account NAME`, `name NAME`, `from ADDRESS` (of a login), `cgroup PATH` (of a load without a pid) or (for
   * a hook) `by NAME`, sorted; empty for a near-miss.
   */
  finds: z.array(z.string()),
})
export type RuleCase = z.infer<typeof ruleCase>

/** Every case of a Sigma rule below a folder, with the file that holds it. Those of content rules (`yara/`) are contents, not hosts. */
export function readCases(folder: string): { file: string; cases: RuleCase[] }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.cases.yml') && !name.startsWith('yara/'))
    .sort()
    .map(name => {
      return { file: name, cases: parseCases(readFileSync(join(folder, name), 'utf8')) }
    })
}

/** Throws where a document is no list of cases. */
export function parseCases(text: string): RuleCase[] {
  return parseAllDocuments(text).flatMap(document => z.array(ruleCase).parse(document.toJS({ maxAliasCount: 100 })))
}

/** What judges a case, counting from zero. */
export interface CaseJudges {
  readonly facts: Detect
  /** Made ready only for a case in which something happens. */
  readonly events: () => EventRules
}

/** The places that a case's host and what happens on it have for its rule, sorted, each once. */
export async function foundIn(one: RuleCase, { facts: detect, events }: CaseJudges): Promise<string[]> {
  const places = one.events.length === 0 ? [] : placesOfEvents(one, events())
  if (hasHost(one)) {
    const { facts, target } = await factsOf(one)
    for (const { rule, finding } of judge(new World(facts, target.live), detect, [], one.now))
      if (rule.title === one.rule) places.push(placeOf(finding.fact))
  }
  return [...new Set(places)].sort()
}

function placesOfEvents(one: RuleCase, rules: EventRules): string[] {
  return eventsOf(one).flatMap(event =>
    rules.judge(event).flatMap(({ rule }) => (rule.title === one.rule ? [placeOfEvent(event)] : [])),
  )
}

/** A case of events alone says nothing of a host. */
function hasHost(one: RuleCase): boolean {
  return one.events.length === 0 || one.facts.length > 0 || Object.keys(one.files).length > 0
}

export function eventsOf(one: RuleCase): HostEvent[] {
  const start = Date.parse(one.now)
  return one.events.map((given, at) => eventWith(given, new Date(start + at * 1000).toISOString()))
}

/** The facts of a case's host, through the real collectors. */
export async function factsOf(one: RuleCase): Promise<{ facts: Fact[]; target: Target }> {
  const target = targetOf(one)
  const { facts } = await collectFacts(target, linuxCollectors)
  return { facts: [...facts, ...one.facts.map(factWith)], target }
}

/** How a case names the place of a finding. */
export function placeOf(found: Fact): string {
  if (found.kind === 'process' || found.kind === 'socket') return `pid ${found.pid ?? '?'}`
  if (found.kind === 'account') return `account ${found.name}`
  if (found.kind === 'kernel-module' || found.kind === 'container' || found.kind === 'bpf-program')
    return `name ${found.name}`
  if (found.kind === 'kernel-hook') return `by ${found.by}`
  const path = 'path' in found ? (found.path ?? '') : found.kind
  return 'line' in found && found.line !== undefined ? `${path}:${found.line}` : path
}

function placeOfEvent(event: HostEvent): string {
  if (event.kind === 'file-change') return event.path
  if (event.kind === 'login') return `from ${event.address ?? '?'}`
  if (event.kind === 'load' && event.pid === undefined) return `cgroup ${event.cgroup ?? '?'}`
  return `pid ${event.pid ?? '?'}`
}

function targetOf(one: RuleCase): Target {
  const files: Record<string, MemoryFile> = {}
  for (const [path, content] of Object.entries(one.files)) files[path] = content as MemoryFile
  for (const path of Object.keys({ ...one.owned, ...one.changed }))
    files[path] ??= { content: `\u007fELF of ${path}`, mode: 0o755 }
  Object.assign(files, packageDatabase(one, files))
  for (const options of one.processes) Object.assign(files, processFiles(options as unknown as ProcessOptions))
  const live = one.processes.length > 0
  return memoryTarget({ files, live, now: one.now, sockets: one.sockets as unknown as SocketRow[] })
}

/** A dpkg database that says so; a host with no word about packages has none. */
function packageDatabase(one: RuleCase, files: Readonly<Record<string, MemoryFile>>): Record<string, string> {
  const packages = new Map<string, { path: string; md5: string }[]>()
  const add = (name: string, path: string, content: string | Buffer) => {
    const md5 = createHash('md5').update(content).digest('hex')
    packages.set(name, [...(packages.get(name) ?? []), { path, md5 }])
  }
  add('base-files', '/etc/debian_version', '12\n')
  for (const [path, name] of Object.entries(one.owned)) add(name, path, contentOf(files[path]))
  for (const [path, name] of Object.entries(one.changed)) add(name, path, 'as the package had it')
  const database: Record<string, string> = { '/etc/debian_version': '12\n', '/var/lib/dpkg/status': '' }
  for (const [name, list] of packages) {
    database['/var/lib/dpkg/status'] +=
      `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n`
    database[`/var/lib/dpkg/info/${name}.list`] = `/.\n${list.map(file => file.path).join('\n')}\n`
    database[`/var/lib/dpkg/info/${name}.md5sums`] = list.map(file => `${file.md5}  ${file.path.slice(1)}\n`).join('')
  }
  return database
}

function contentOf(file: MemoryFile | undefined): string | Buffer {
  if (file === undefined) return ''
  if (typeof file === 'string' || Buffer.isBuffer(file)) return file
  return file.content ?? ''
}
