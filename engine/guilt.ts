import type { IdentifiedFact } from '../model/index.ts'
import { isShared } from './places.ts'
import { isOwned, liesOddly } from './world.ts'

/** A step of the walk: a fact that belongs to the same intrusion, and why. */
export interface Step {
  readonly to: IdentifiedFact
  readonly reason: string
  /** The account that is reached is the intruder's own: what it may do and who logs in to it goes along. */
  readonly own?: true
}

/** What the walk has to know besides the facts. */
export interface WalkLimits {
  /** Facts with findings of their own: those may be taken along where nothing else speaks for it. */
  readonly suspicious: ReadonlySet<string>
  /** Facts that somebody allowed: the walk ends there. */
  readonly trusted: ReadonlySet<string>
  /** The present session of whoever runs the program, and the program itself. */
  readonly protectedPids: ReadonlySet<number>
}

/** It has a finding of its own. */
export function isBad(fact: IdentifiedFact, limits: WalkLimits): boolean {
  return limits.suspicious.has(fact.id)
}

/**
 * Whoever has no rights on a file cannot make it guilty: a copy of it, a process with false arguments or a script that
 * names it would be bait. Root may accuse everything, others only what is theirs, hidden, or suspicious in itself.
 */
export function mayAccuse(uid: number | undefined, to: IdentifiedFact, limits: WalkLimits): boolean {
  if (to.kind !== 'file') return true
  return uid === 0 || uid === to.uid || isBad(to, limits) || liesOddly(to.path)
}

/** The last word on whether a reached fact may belong to an incident at all. */
export function mayBeTaken({ to: fact, reason }: Step, limits: WalkLimits): boolean {
  switch (fact.kind) {
    case 'file':
      // What a link leads to says nothing about the link.
      if (fact.type === 'symlink') return isBad(fact, limits) || (!isShared(fact.path) && liesOddly(fact.path))
      if (isOwned(fact.ownership) || fact.type === 'device') return false
      if (isShared(fact.path)) return limits.suspicious.has(fact.id)
      // A command's original beside its impostor is the package's own file under another name.
      if (reason === 'is the original under another name') return true
      if (isBad(fact, limits)) return true
      // Without a package database nobody can say whether a program in a system directory belongs there.
      if (fact.ownership === 'unknown') return !isSystemProgram(fact.path)
      return fact.ownership !== 'modified'
    case 'process':
      return fact.pid > 1 && !fact.kernelThread && !limits.protectedPids.has(fact.pid)
    case 'autostart':
      return isBad(fact, limits) || (fact.ownership !== 'owned' && fact.ownership !== 'verified')
    default:
      return true
  }
}

function isSystemProgram(path: string): boolean {
  return /^\/(usr\/)?(s?bin|lib|lib64)\//.test(path) && !liesOddly(`${path}/`)
}
