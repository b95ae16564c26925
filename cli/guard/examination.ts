import type {
  Examination,
  Fact,
  FileFact,
  Finding,
  IdentifiedFact,
  IndicatorMatch,
  ProcessFact,
} from '../../model/index.ts'
import type { SeenFile } from './seen-files.ts'
import type { Opinion } from './small-world.ts'

const mostSentences = 12

/** The process, its connections, its program and its script. What else it names is not what it is: whoever deletes a miner names it. */
export function meantBy(own: ProcessFact): (fact: IdentifiedFact) => boolean {
  const paths = new Set([own.path, own.script].filter(path => path !== undefined))
  return fact => {
    if (fact.kind === 'process' || fact.kind === 'socket') return fact.pid === own.pid
    return fact.kind === 'file' && paths.has(fact.path)
  }
}

/** A program of a package that runs nothing but itself: what a script or a library does with it is another matter. */
export function isPlainPackaged(own: ProcessFact): boolean {
  const packaged = own.ownership === 'owned' || own.ownership === 'verified'
  const itself = !own.exeDeleted && !own.exeInMemory && own.script === undefined && own.unownedLibraries.length === 0
  return packaged && itself && !runsText.test(own.path ?? '')
}

const runsText =
  /\/(?:(?:ba|da|z|k|mk|c|tc|a|fi)?sh|busybox|python[\d.]*|perl[\d.]*|ruby[\d.]*|php[\d.]*|node|lua[\d.]*|ld[-.].*)$/

export interface Behind {
  readonly seen: SeenFile | undefined
  readonly indicators: readonly IndicatorMatch[]
  /** Only what is conclusive by itself may confirm it. */
  readonly spares: boolean
}

export function examinationOf(
  { verdict: found, findings }: Opinion,
  own: ProcessFact | undefined,
  file: FileFact | undefined,
  { seen, indicators, spares }: Behind,
): Examination {
  const spared = spares && found === 'confirmed' && !findings.some(one => one.conclusive)
  const verdict = spared ? 'suspected' : found
  const { path, ownership, package: from } = own ?? file ?? {}
  return {
    verdict,
    because: verdict === 'harmless' && findings.length === 0 ? [whyHarmless(ownership, from)] : sentencesOf(findings),
    ...defined({ path, ownership, package: from, sha256: seen?.sha256 ?? own?.sha256 ?? file?.sha256 }),
    matches: [...(seen?.matches ?? [])],
    memoryMatches: [...(own?.memoryMatches ?? [])],
    ...defined({ miningSession: own?.miningSession, miningAccount: own?.miningAccount }),
    indicators: [...indicators],
    families: [...new Set(findings.flatMap(one => one.families))],
    attack: [...new Set(findings.flatMap(one => one.attack))],
  }
}

function whyHarmless(ownership: string | undefined, from: string | undefined): string {
  const packaged = ownership === 'owned' || ownership === 'verified'
  return packaged ? `It is as the package ${from ?? ''} brought it.` : 'No rule and no list has anything against it.'
}

function sentencesOf(findings: readonly Finding[]): string[] {
  return [...new Set(findings.map(one => one.because))].slice(0, mostSentences)
}

export function indicatorsOf(facts: readonly Fact[], isMeant: (fact: IdentifiedFact) => boolean): IndicatorMatch[] {
  const found = facts.flatMap(fact =>
    'indicators' in fact && fact.indicators !== undefined && isMeant(fact as IdentifiedFact) ? fact.indicators : [],
  )
  return [...new Map(found.map(one => [`${one.type} ${one.value} ${one.source}`, one])).values()]
}

export function unknownOf(why: string): Examination {
  return {
    verdict: 'unknown',
    because: [why],
    matches: [],
    memoryMatches: [],
    indicators: [],
    families: [],
    attack: [],
  }
}

function defined<T extends Record<string, unknown>>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never
}
