import { exitCodes } from '../exit-codes.ts'
import { withCenter } from './connect.ts'
import { showOne, when } from './show.ts'

/** How the center itself is. Exit status 30 when something is wrong. */
export const healthCommand = withCenter<object>(async ({ client }, _, context) => {
  const found = await client.getHealth()
  const { store, agents } = found
  showOne(context, found, [
    ...found.troubles.map(one => ['TROUBLE', one] as const),
    ['program', found.program],
    ['up since', when(new Date(Date.parse(found.at) - found.uptimeSeconds * 1_000).toISOString())],
    ['memory', `${Math.round(found.memoryBytes / 1_048_576)} MiB`],
    [
      'store',
      `PostgreSQL ${store.version}, ${Math.round(store.sizeBytes / 1_048_576)} MiB, answers in ${store.answeredInMs.toFixed(1)} ms`,
    ],
    [
      'agents',
      `${agents.online} online, ${agents.offline} offline, ${agents.pending} waiting, ${agents.tampered} tampered with`,
    ],
    [
      'processes',
      found.nodes
        .filter(one => one.alive)
        .map(one => one.name)
        .join(', '),
    ],
    [
      'waiting',
      found.queues
        .filter(one => one.length > 0)
        .map(one => `${one.length} ${one.name}`)
        .join(', ') || 'nothing',
    ],
    ['not stored', found.deadLetters],
  ])
  return found.troubles.length === 0 ? exitCodes.fine : exitCodes.left
})
