import { closeSync } from 'node:fs'
import { fromFact } from '../target/index.ts'
import { markOf } from './host.ts'
import { alreadyDone, changedSince, type Remedy, ready } from './remedy.ts'

/** Copies a file into the vault as evidence. Nothing on the host changes, so there is nothing to take back. */
export const preserveFile: Remedy<'preserve-file', null> = {
  kind: 'preserve-file',
  undoable: true,
  needsLive: false,
  async check(action, host) {
    const metadata = host.files.inspect(fromFact(action.path, action.pathBytes))
    // Nothing is left to preserve, and what depends on this will find nothing to remove.
    if (metadata === undefined) return alreadyDone
    return metadata.type === 'file' ? ready : changedSince(`${action.path} is a ${metadata.type}`)
  },
  prepare: async () => null,
  async apply(action, _saved, host) {
    const path = fromFact(action.path, action.pathBytes)
    const metadata = host.files.inspect(path)
    const descriptor = host.files.openForReading(path)
    if (descriptor === undefined) throw new Error(`${action.path} is gone`)
    try {
      const { run, number } = host.step
      const id = `${markOf(host.step)}-0`
      await host.vault.keep({ id, why: 'preserved', origin: path, metadata, run, action: number, content: descriptor })
    } finally {
      closeSync(descriptor)
    }
    return undefined
  },
  undo: async () => 'undone',
}
