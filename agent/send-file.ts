import { setTimeout as sleep } from 'node:timers/promises'
import { join } from 'node:path'
import { Vault } from '../remedies/index.ts'
import { tlsOf } from './connection/connection.ts'
import { type Answer, type Ask, ask, saidBy } from './connection/https.ts'
import { readIdentity, type StoredIdentity } from './identity.ts'
import { agentFolders } from './own-files.ts'

export interface FileToSend {
  readonly state: string
  /** The order that asks for it: the center takes a file only for that. */
  readonly order: string
  readonly entry: string
  readonly sha256: string
  readonly mostBytes: number
  /** Size of a part, but of the last. */
  readonly partBytes: number
  readonly sent?: (bytes: number, of: number) => void
  /** Multiplies the pauses between tries; for tests. */
  readonly pauseFactor?: number
}

/** Why a file was not sent, for people. */
export class NotSent extends Error {
  override readonly name = 'NotSent'
}

/**
 * Sends one quarantined file to the center that this host joined, part by part, over the agent's own certificate. What is not the
 * content that was ordered never goes out whole. Throws `NotSent`; `VaultError` when the box was tampered with.
 */
export async function sendQuarantinedFile(file: FileToSend): Promise<void> {
  const identity = readIdentity(agentFolders(file.state))
  if (identity === undefined) throw new NotSent('this host has not joined a center')
  const vault = new Vault(join(file.state, 'vault'))
  const entry = vault.show(file.entry)
  if (entry === undefined || entry.sha256 !== file.sha256 || entry.why !== 'quarantined')
    throw new NotSent('the quarantine has no such file with that content any more')
  if (entry.type !== 'file') throw new NotSent(`that is no file but a ${entry.type}`)
  if (entry.size > file.mostBytes)
    throw new NotSent(`it has ${entry.size} bytes, and at most ${file.mostBytes} are sent`)
  let parts = 0
  let bytes = 0
  for await (const part of inParts(vault.blocks(file.entry), file.partBytes)) {
    await asked(identity, file, `${file.order}/${parts}`, { bytes: part })
    parts += 1
    bytes += part.length
    file.sent?.(bytes, entry.size)
  }
  await asked(identity, file, file.order, { body: { parts } })
}

async function* inParts(blocks: AsyncIterable<Buffer>, partBytes: number): AsyncGenerator<Buffer> {
  let rest: Buffer[] = []
  let size = 0
  for await (const block of blocks) {
    rest.push(block)
    size += block.length
    while (size >= partBytes) {
      const all = Buffer.concat(rest)
      yield all.subarray(0, partBytes)
      rest = [all.subarray(partBytes)]
      size -= partBytes
    }
  }
  if (size > 0) yield Buffer.concat(rest)
}

const pausesMs = [1_000, 5_000, 15_000]

/** A line that breaks, and a center that restarts, are waited for. */
async function asked(
  identity: StoredIdentity,
  { pauseFactor = 1 }: FileToSend,
  path: string,
  content: Pick<Ask, 'body' | 'bytes'>,
): Promise<void> {
  const url = new URL(`/agent/v1/sent-files/${path}`, identity.center)
  for (let tries = 0; ; tries++) {
    const pause = pausesMs[tries]
    let answer: Answer | undefined
    try {
      answer = await ask({ url, tls: tlsOf(identity), ...content, mostBytes: 65_536 })
    } catch (error) {
      if (pause === undefined) throw new NotSent('the center cannot be reached', { cause: error })
    }
    if (answer?.status === 204) return
    const later = answer === undefined || answer.status === 429 || answer.status === 503
    if (answer !== undefined && (!later || pause === undefined))
      throw new NotSent(`the center does not take it: ${saidBy(answer)}`)
    await sleep((pause ?? 0) * pauseFactor)
  }
}
