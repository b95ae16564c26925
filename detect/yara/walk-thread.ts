import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { type FromThread, hungryPlace, type ThreadGiven, type ToThread } from './walk-messages.ts'
import { Reader } from './walk-reader.ts'

if (parentPort !== null) await serve(parentPort, workerData as ThreadGiven)

/** Reads what it is told to until the port is closed. */
async function serve(port: MessagePort, given: ThreadGiven): Promise<void> {
  const { hashes } = given
  // Most hosts have no list of hashes, and what opens one takes as long to load as all the rest of a thread.
  const lookup = hashes === undefined ? undefined : (await import('../intel/index.ts')).openHashLookup(hashes)
  const reader = new Reader(given, lookup, (message, transfer = []) => port.postMessage(message, transfer))
  port.on('message', (message: ToThread) => {
    Atomics.sub(given.control, hungryPlace, 1)
    if (message.kind === 'directories') reader.walk(message.directories)
    else reader.readNamed(message.files)
    reader.tell()
    Atomics.add(given.control, hungryPlace, 1)
    port.postMessage({ kind: 'idle' } satisfies FromThread)
  })
}
