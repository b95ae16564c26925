import { liveEvents } from '../../client/index.ts'
import { liveKinds } from '../../model/api/index.ts'
import { withCenter } from './connect.ts'
import { oneOf } from './names.ts'
import { plain, when } from './show.ts'

/** What changes, line by line (with --json a document a line), until Ctrl-C. */
export const liveCommand = withCenter<object>(async ({ options }, _, context, ...kinds) => {
  const what = kinds.map(one => oneOf('The kind', one, liveKinds))
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  for await (const event of liveEvents(options, { signal: stop.signal, ...(what.length === 0 ? {} : { what }) })) {
    if (context.json) context.raw(`${JSON.stringify(event)}\n`)
    else if (event.event === 'changed')
      context.page.line(`${when(event.data.at)}  ${event.data.what.padEnd(12)} ${plain(event.data.id)}`)
    else if (event.event === 'look-again') context.notes.text('Watching. Anything may have changed before.')
  }
})
