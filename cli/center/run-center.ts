import { existsSync, mkdirSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { type CenterOptions, type RunningCenter, startCenter, StoreError } from '../../center/index.ts'
import { CommandError } from '../command-error.ts'
import type { Context } from '../context.ts'
import { program } from '../program-name.ts'
import { lineLog } from './line-log.ts'
import { parseListen } from './listen.ts'

/** Options of `center` and `up`. */
export interface CenterRunOptions {
  readonly listen: string
  readonly agents: string
  readonly store?: string
  readonly address?: string
  readonly certificate?: string
  readonly key?: string
  readonly packages?: string
  readonly trustProxy?: readonly string[]
  readonly log: string
  /** Only trouble is told. */
  readonly quiet?: boolean
}

const root = join(import.meta.dirname, '..', '..')

/** Starts a center as a command was told to, with faults in words. */
export async function runCenter(options: CenterRunOptions, context: Context): Promise<RunningCenter> {
  try {
    return await startCenter(centerOptions(options, context))
  } catch (error) {
    throw inWords(error, options)
  } finally {
    context.progress.clear()
  }
}

function centerOptions(options: CenterRunOptions, context: Context): CenterOptions {
  if ((options.certificate === undefined) !== (options.key === undefined))
    throw new CommandError(
      '--certificate and --key go together: a PEM file with the certificate and its chain, and one with the key',
    )
  mkdirSync(context.state, { recursive: true, mode: 0o700 })
  const { certificate, key } = options
  return {
    state: context.state,
    store: options.store,
    people: parseListen(options.listen, '--listen'),
    agents: parseListen(options.agents, '--agents'),
    name: options.address,
    ...(certificate === undefined || key === undefined ? {} : { certificate: { certificate, key } }),
    packages: packagesOf(options),
    // In a package it lies beside the program; in a checkout it was built.
    console: [join(root, 'console'), join(root, 'dist', 'console')].find(folder => existsSync(join(folder, 'assets'))),
    postgres: [join(root, 'postgres')].find(folder => existsSync(join(folder, 'bin', 'postgres'))),
    ...(options.trustProxy === undefined ? {} : { trustedProxies: options.trustProxy }),
    program,
    log: options.quiet === true ? { ...lineLog(options.log), info: () => {} } : lineLog(options.log),
    progress: what => context.progress.show(what),
  }
}

function packagesOf({ packages }: CenterRunOptions): string | undefined {
  if (packages === undefined) return [join(root, 'packages'), join(root, 'dist')].find(existsSync)
  if (statSync(packages, { throwIfNoEntry: false })?.isDirectory() === true) return resolve(packages)
  throw new CommandError(`--packages ${packages} is no folder`)
}

function inWords(error: unknown, options: CenterRunOptions): unknown {
  if (!(error instanceof Error)) return error
  const code = Reflect.get(error, 'code')
  const place = `${String(Reflect.get(error, 'address') ?? '')}:${String(Reflect.get(error, 'port') ?? '')}`
  if (code === 'EADDRINUSE')
    return new CommandError(
      `${place} is in use: another center may be running here. Stop it, or choose other ports with --listen and --agents (now ${options.listen} and ${options.agents}).`,
    )
  if (code === 'EACCES' && Reflect.get(error, 'syscall') === 'listen')
    return new CommandError(`${place} may only be used by root: choose ports above 1023 with --listen and --agents.`)
  if (code === 'EADDRNOTAVAIL')
    return new CommandError(`${place} is no address of this machine: see --listen and --agents.`)
  if (error instanceof StoreError || error.name === 'MasterKeyError') return new CommandError(error.message)
  return error
}

/** The state folder of a center that does not run as root and was not told of one. */
export function ownState(state: string, given: string): string {
  return state === given && process.getuid?.() !== 0 ? join(homedir(), '.local', 'state', 'davylamp') : state
}
