import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import {
  addInjectedLines,
  collectFacts,
  linuxCollectors,
  readNoticed,
  usualNoticedFolder,
} from '../collectors/index.ts'
import {
  type Assessment,
  assess,
  countFacts,
  type Evidence,
  type HandlingChoice,
  handledPlan,
  offlineScanFor,
  type PlanOptions,
  planned,
} from '../engine/index.ts'
import type { AllowEntry, Gap, Incident, Plan, Scan } from '../model/index.ts'
import { lowerOwnPriority } from '../native/read/own-priority.ts'
import { displayBytes, liveTarget, mountedTree, type Target } from '../target/index.ts'
import { type ContentOptions, modeOf } from './content-options.ts'
import type { Context } from './context.ts'
import { earFor } from './listen.ts'
import { type ContentsSeen, readAllContents } from './look-contents.ts'
import { mustExist } from './must-exist.ts'
import { contentsOfFiles, orGap, suspiciousContents } from './or-gap.ts'
import { ownPaths } from './own-paths.ts'
import { ownSession } from './own-session.ts'
import { withDigests } from './plan-digests.ts'
import { program } from './program-name.ts'
import { markKnown, openRules, type RuleBook } from '../rulebook/index.ts'
import { allowlistFor } from './state/allowlist.ts'
import { earlierIncidents, rememberIncidents } from './state/earlier-incidents.ts'
import { packFolders } from './state/rule-packs.ts'
import { readFoundContents, rememberFoundContents } from './state/found-contents.ts'
import { saveScan } from './state/saved-scan.ts'
import { reasonOf } from './state/state-files.ts'
import { lookIntoMemory } from './suspect-memory.ts'
import { lookIntoSuspects } from './suspect-contents.ts'

/** What the commands that look at a host have in common. */
export interface LookOptions extends ContentOptions {
  /** The directory of a mounted host; without it, this one. */
  readonly root?: string | undefined
  readonly observe?: number | undefined
  /** Listen to the traffic of this host while it is watched. */
  readonly traffic?: boolean | undefined
  /** Folders with rules of others. */
  readonly rules?: readonly string[] | undefined
  /** Rule packs of a center: they support a verdict, and no plan is made from them. */
  readonly packs?: string | undefined
  readonly fullPriority?: boolean | undefined
  /** False: nothing is kept in the state folder. */
  readonly save?: boolean | undefined
}

/** One host, looked at and thought about. */
export interface Look {
  readonly scan: Scan
  readonly assessment: Assessment
  /** From built-in and local rules alone: what a center may order something about. The same where no pack is. */
  readonly trusted: Assessment
  readonly rules: RuleBook
  readonly allow: readonly AllowEntry[]
  readonly live: boolean
  readonly root: string
  readonly target: Target
  /** For the files that the look left open. */
  close(): void
}

export function openTarget(root: string | undefined): { target: Target; close: () => void } {
  if (root === undefined || root === '/') return { target: liveTarget(), close() {} }
  const target = mountedTree(root)
  return { target, close: () => target.close() }
}

/** Collects, judges and connects. What cannot be written to the state folder is a gap, never a failure. */
export async function lookAt(options: LookOptions, context: Context): Promise<Look> {
  const startedAt = new Date()
  if (options.fullPriority !== true) lowerOwnPriority()
  const { target, close } = openTarget(options.root)
  for (const folder of options.rules ?? []) mustExist(folder)
  const packs = options.packs === undefined ? [] : [options.packs]
  // What was added on this host counts as what is named on the command line.
  const local = [...(options.rules ?? []), ...packFolders(context.state)]
  const rules = openRules([...local, ...packs])
  if (rules.foreignProblems.length > 0)
    target.addGap({
      what: 'rules of others',
      why: `${rules.foreignProblems.length} could not be used: rules check says why`,
    })
  for (const problem of rules.errors)
    target.addGap({
      what: 'rules',
      why: `left out: ${problem.message}`,
      path: `${problem.file ?? ''}:${problem.line ?? 1}`,
    })
  const allow = allowlistFor(context.state, gap => target.addGap(gap))
  const mode = modeOf(options, options.observe ?? 0)
  const reads = mode === 'full' || mode === 'custom'
  const known = mode === 'full' ? [] : foundBefore(target, context)
  const asked = known.length === 0 ? options : { ...options, path: [...(options.path ?? []), ...known] }
  const contents =
    reads || known.length > 0
      ? await orGap(target, contentsOfFiles, () => readAllContents(target, rules, asked, context))
      : undefined
  const ear = await earFor(target, options)
  const { facts } = await collectFacts(target, linuxCollectors, {
    observeSeconds: options.observe,
    deep: mode === 'full' || mode === 'observe',
    contents: contents?.found,
    readsAll: mode === 'full',
    pace: options.cpu === undefined ? undefined : (await import('../detect/yara/index.ts')).paceOf(options.cpu),
    progress: (done, total, what) => context.progress.show(`looking (${done} of ${total}) ${what}`),
  })
  ear?.finish(facts)
  await orGap(target, suspiciousContents, () => lookIntoSuspects(target, facts, rules, options, context))
  await orGap(target, 'memory of processes', () => lookIntoMemory(target, facts, rules, options, context))
  context.progress.show(`judging ${facts.length} facts`)
  const now = startedAt.toISOString()
  await orGap(target, 'indicators', () => markKnown(facts, target, { state: context.state, now }))
  await orGap(target, 'injected lines', () => addInjectedLines(target, facts))
  const noticed =
    (await orGap(target, 'what was noticed before', () => readNoticed(target, noticedFolder(target, context)))) ?? []
  const evidence: Omit<Evidence, 'detect'> = {
    facts,
    gaps: target.gaps,
    live: target.live,
    allow,
    earlier: earlierOf(context.state, target),
    noticed,
    protectedPids: target.live ? ownSession() : new Set(),
    ownPaths: ownPaths(target),
    now,
  }
  const detect = rules.detector((rule, fact) =>
    target.addGap({
      what: `rule "${rule}"`,
      why: 'a pattern of it took too long on this, so that it says nothing',
      ...('path' in fact && typeof fact.path === 'string' ? { path: fact.path } : {}),
    }),
  )
  const assessment = assess({ ...evidence, detect })
  const trusted = packs.length === 0 ? assessment : assess({ ...evidence, detect: openRules(local).detector() })
  const scan = scanOf(target, assessment, rules, { startedAt, mode, contents: reads ? contents : undefined })
  context.progress.clear()
  const look = { scan, assessment, trusted, rules, allow, live: target.live, root: target.root, target, close }
  if (options.save !== false) keep(look, target, context)
  // What is judged and kept is a gap of the scan too.
  return { ...look, scan: { ...scan, gaps: gapsOf(target.gaps), durationMs: Date.now() - startedAt.getTime() } }
}

/** A plan for what was seen. The look must still be open. */
export function planOf(look: Look, include: readonly Incident['verdict'][], options: Partial<PlanOptions> = {}): Plan {
  return withDigests(planned(look.assessment, include, optionsFor(look, options)), look.target)
}

/** A plan for a part of what was seen. The look must still be open. */
export function handledPlanOf(
  look: Look,
  incidents: readonly Incident[],
  choice: HandlingChoice,
  options: Partial<PlanOptions> = {},
): Plan {
  const { world, judged } = look.assessment
  return withDigests(handledPlan(incidents, world, judged, choice, optionsFor(look, options)), look.target)
}

function optionsFor(look: Look, options: Partial<PlanOptions>): PlanOptions {
  return {
    root: look.root,
    live: look.live,
    reinstall: options.reinstall ?? false,
    blockSeconds: options.blockSeconds ?? 86_400,
  }
}

function scanOf(
  target: Target,
  assessment: Assessment,
  rules: RuleBook,
  { startedAt, mode, contents }: { startedAt: Date; mode: Scan['mode']; contents: ContentsSeen | undefined },
): Scan {
  const name = target.live ? hostname() : target.files.text('/etc/hostname', 4_096)?.trim()
  const release = target.files.text('/etc/os-release', 65_536) ?? target.files.text('/usr/lib/os-release', 65_536)
  const findings = assessment.judged.map(one => one.finding)
  const offlineScan = offlineScanFor(findings)
  const system = /^PRETTY_NAME="?([^"\n]*)"?/m.exec(release ?? '')?.[1]
  return {
    format: 'davylamp-scan',
    version: 1,
    program,
    target: {
      root: displayBytes(target.root),
      live: target.live,
      ...(name ? { hostname: displayBytes(name) } : {}),
      ...(system ? { system: displayBytes(system) } : {}),
    },
    mode,
    startedAt: startedAt.toISOString(),
    durationMs: Date.now() - startedAt.getTime(),
    rules: { count: rules.count, version: rules.version },
    facts: countFacts(assessment.world.facts),
    ...(contents === undefined ? {} : { contents: contents.counts }),
    verdict: assessment.verdict,
    gaps: gapsOf(target.gaps),
    findings,
    incidents: [...assessment.incidents],
    ...(assessment.noticed.length === 0 ? {} : { noticed: [...assessment.noticed] }),
    ...(offlineScan === undefined ? {} : { offlineScan }),
  }
}

/** What an earlier scan found by its content alone and is still there. */
function foundBefore(target: Target, { state }: Context): string[] {
  return readFoundContents(state, target.root).filter(path => target.files.lstat(path)?.type === 'file')
}

/** Of this host what its agent keeps in the state folder; of a tree what lies where agents keep it. */
function noticedFolder(target: Target, { state }: Context): string {
  return target.live ? join(resolve(state), 'agent') : usualNoticedFolder
}

function earlierOf(state: string, target: Target) {
  try {
    return earlierIncidents(state, target.root)
  } catch (error) {
    target.addGap({ what: 'state folder', why: `${reasonOf(error)}: incidents may get new ids`, path: state })
    return []
  }
}

function keep(look: Look, target: Target, context: Context): void {
  try {
    const plan = planOf(look, ['confirmed', 'suspected'])
    saveScan(context.state, { format: 'davylamp-saved-scan', version: 1, scan: look.scan, plan })
    rememberFoundContents(context.state, look.root, look.scan)
    rememberIncidents(context.state, look.root, look.scan.incidents, look.scan.startedAt)
  } catch (error) {
    target.addGap({ what: 'state folder', why: `nothing was kept: ${reasonOf(error)}`, path: context.state })
  }
}

function gapsOf(gaps: readonly Gap[]): Gap[] {
  return gaps.map(gap => ({
    what: displayBytes(gap.what),
    why: displayBytes(gap.why),
    ...(gap.path === undefined ? {} : { path: displayBytes(gap.path) }),
  }))
}
