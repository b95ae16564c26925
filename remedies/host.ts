import { closeSync, mkdirSync, openSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { tryLock } from '../native/own-lock.ts'
import { HostFiles } from './host-files.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { Vault } from './vault.ts'

/** Where in a run a remedy works. */
export interface Step {
  readonly run: string
  readonly number: number
  /** Puts newer undo data on the disk, for what a remedy finds only while it applies. */
  amend(undo: unknown): void
  /** How many lines before this one the run has taken out of the file. */
  linesGoneBefore(path: string, line: number): number
  /** Whether an earlier action of the run took these lines out of the file. */
  tookLine(path: string, text: string): boolean
}

/** A host that may be changed. Only remedies hold one. */
export interface WritableHost {
  readonly root: string
  readonly live: boolean
  /** Davylamp's own folder on this machine: journals, vault, lock. */
  readonly state: string
  readonly files: HostFiles
  readonly vault: Vault
  readonly limits: Limits
  /** Addresses of centers, which are never blocked. */
  readonly centers: readonly string[]
  /** Whether a package owns the file and it is as installed: such files are never touched. */
  ownedUnmodified(path: string): boolean
  readonly step: Step
  close(): void
}

export interface HostOptions {
  readonly root: string
  readonly live: boolean
  readonly state: string
  readonly limits?: Partial<Limits>
  readonly centers?: readonly string[]
  readonly ownedUnmodified?: (path: string) => boolean
  /** The state folder stays open to others: only for what ends processes and nothing else, where two cannot hinder each other. */
  readonly shared?: boolean
}

/** Another run works on the same state folder. */
export class StateBusy extends Error {
  override readonly name = 'StateBusy'
}

/** Opens a host for changes and, unless `shared`, locks its state folder until `close`. */
export function openHost(options: HostOptions): WritableHost {
  mkdirSync(options.state, { recursive: true, mode: 0o700 })
  const state = realpathSync(options.state)
  const lock = openSync(join(state, 'lock'), 'a', 0o600)
  if (options.shared !== true && !tryLock(lock)) {
    closeSync(lock)
    throw new StateBusy(`another run works on ${state}: wait for its end`)
  }
  const files = new HostFiles(options.root)
  let open = true
  return {
    root: options.root,
    live: options.live,
    state,
    files,
    vault: new Vault(join(state, 'vault')),
    limits: { ...defaultLimits, ...options.limits },
    centers: options.centers ?? [],
    ownedUnmodified: options.ownedUnmodified ?? (() => false),
    step: noStep,
    close() {
      if (!open) return
      open = false
      files.close()
      closeSync(lock)
    },
  }
}

/** The same host, seen from one action of a run. */
export function atStep(host: WritableHost, step: Step): WritableHost {
  return { ...host, step }
}

/** Names what a step leaves on the host and in the vault. */
export function markOf(step: Step): string {
  return `${step.run}-${step.number}`
}

const noStep: Step = { run: 'none', number: 0, amend: () => {}, linesGoneBefore: () => 0, tookLine: () => false }
