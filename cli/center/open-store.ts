import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  openStore,
  type OpenStore,
  ProblemError,
  runningConnection,
  StoreError,
  type StoreSource,
} from '../../center/index.ts'
import { CommandError } from '../command-error.ts'
import type { Context } from '../context.ts'
import { lineLog } from './line-log.ts'

export interface StoreChoice {
  readonly store?: string
}

const ownPostgres = join(import.meta.dirname, '..', '..', 'postgres')

/** `bin/postgres` of a package; a checkout finds that of the library by itself. */
export function postgresFolder(): string | undefined {
  return existsSync(join(ownPostgres, 'bin', 'postgres')) ? ownPostgres : undefined
}

/** The store that `--store` names, or the embedded one: through the center that runs on it, else started for as long as it takes. */
export async function withStore<T>(
  { store }: StoreChoice,
  context: Context,
  work: (store: OpenStore) => Promise<T>,
  options: { readonly migrate?: boolean; readonly alone?: boolean } = {},
): Promise<T> {
  try {
    const opened = await openStore({
      source: await sourceFor(store, context.state, options.alone === true),
      log: quietLog,
      ...(options.migrate === undefined ? {} : { migrate: options.migrate }),
    })
    try {
      return await work(opened)
    } finally {
      await opened.close()
    }
  } catch (error) {
    if (error instanceof StoreError) throw new CommandError(error.message)
    if (error instanceof ProblemError) throw new CommandError([error.message, error.detail].filter(Boolean).join('. '))
    throw error
  }
}

async function sourceFor(url: string | undefined, state: string, alone: boolean): Promise<StoreSource> {
  if (url !== undefined) return { url }
  const running = await runningConnection(state)
  if (running !== undefined && alone)
    throw new CommandError(
      'a center runs on this state folder: stop it first (systemctl stop davylamp-center, or Ctrl-C where it runs)',
    )
  if (running !== undefined) return { connection: running }
  if (!existsSync(join(state, 'postgres')) && !alone)
    throw new CommandError(
      `there is no center in ${state}: name its state folder with --state, or its database with --store`,
    )
  return { embedded: { state, binaries: postgresFolder() } }
}

/** What these commands do is said by themselves; only trouble is shown. */
export const quietLog = { ...lineLog('text'), info: () => {} }
