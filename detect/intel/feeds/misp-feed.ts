import { mispEvents, mispManifest, takeMispEvent } from './misp.ts'
import type { Sink } from './sink.ts'
import { WrongListError } from './wrong-list-error.ts'

/** How the files of a feed are got: from a folder, or from beside an address. */
export type FeedFile = (name: string) => Promise<unknown>

/** Reads every event of a MISP feed that its manifest names. `hashes.csv` beside it holds hashes of values, not of files, and is of no use here. */
export async function readMispFeed(
  file: FeedFile,
  sink: Sink,
  progress: (done: number, all: number) => void,
): Promise<void> {
  const ids = mispManifest(await file('manifest.json'))
  if (ids === undefined) throw new WrongListError('its manifest.json is not that of a MISP feed')
  for (const [at, id] of ids.entries()) {
    const events = mispEvents(await file(`${id}.json`))
    if (events === undefined) sink.leave('an event that is not as MISP writes them', `${id}.json`, '')
    for (const event of events ?? []) takeMispEvent(event, sink, id)
    progress(at + 1, ids.length)
  }
}
