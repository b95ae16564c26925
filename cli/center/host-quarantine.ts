import { createWriteStream, existsSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CommandError } from '../command-error.ts'
import { codeOf, reasonOf } from '../state/state-files.ts'
import { withCenter } from './connect.ts'
import { change, type Changing } from './host-work.ts'
import { hostOf } from './names.ts'
import { plain, showDone } from './show.ts'

export const fetchCommand = withCenter<Changing>(async (center, options, context, name = '', entry = '') => {
  const host = await hostOf(center.client, name)
  return change(center, await center.client.fetchQuarantined({ params: { host, entry } }), options, context)
})

export const downloadCommand = withCenter<{ readonly output?: string }>(
  async ({ client }, options, context, name = '', entry = '') => {
    const path = resolve(options.output ?? `${entry.replaceAll(/[^\w.-]/g, '_')}.zip`)
    if (existsSync(path)) throw new CommandError(`${path} is already there. Name a new file with --output.`)
    const answer = await client.quarantinedFile({ params: { host: await hostOf(client, name), entry } })
    const bytes = await save(answer, path)
    showDone(
      context,
      { path, bytes, password: 'infected' },
      `${plain(path)}: ${bytes} bytes. Its password is "infected", and what is in it is malware: open it only where that does no harm.`,
    )
  },
)

/** Into a new file that only its owner reads; one that was cut off is taken away again. */
async function save(answer: Response, path: string): Promise<number> {
  if (answer.body === null) throw new CommandError('the center sent nothing')
  let bytes = 0
  const counted = async function* (parts: AsyncIterable<Uint8Array>) {
    for await (const part of parts) {
      bytes += part.length
      yield part
    }
  }
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600 })
  try {
    await pipeline(Readable.fromWeb(answer.body), counted, file)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') rmSync(path, { force: true })
    throw new CommandError(`${path} could not be saved: ${reasonOf(error)}`)
  }
  return bytes
}
