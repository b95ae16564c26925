import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { quarantinedFileRoutes } from '../../model/api/index.ts'
import { largestSentFile } from '../../model/wire/index.ts'
import type { Center, Handlers, Request } from '../context.ts'
import { hostToCommand, orderOnce } from '../orders/index.ts'
import { conflict, notFound, ProblemError } from '../problem-error.ts'
import { type QuarantinedNote, quarantineArchive } from './archive.ts'
import { wantRoom } from './room.ts'
import { openPart } from './sealed-part.ts'

export const quarantinedFileHandlers: Handlers<typeof quarantinedFileRoutes> = {
  async fetchQuarantined({ params: { host, entry } }, request) {
    const name = await hostToCommand(request, host)
    const found = await entryOf(request, host, entry)
    if (found === undefined || found.gone_at !== null) throw notFound('quarantined file')
    const { sha256, path, size } = found
    if (!/^[0-9a-f]{64}$/.test(sha256))
      throw conflict('This entry is no file', 'Links and directories have no content to look at.')
    if (size > largestSentFile)
      throw conflict(
        'The file is too large to be sent',
        `It has ${mebibytes(size)} MiB, and ${mebibytes(largestSentFile)} MiB are the most. On the host: davylamp quarantine restore ENTRY --to FILE`,
      )
    await wantRoom(request.db, size)
    const ordered = await orderOnce(request, {
      title: `Fetch ${path.slice(0, 200)} of ${name}`,
      host,
      action: { kind: 'send-quarantined', entry, sha256 },
    })
    await request.audit('quarantine.fetch', { kind: 'host', id: host }, { entry, path, sha256, order: ordered.order })
    return ordered
  },

  async quarantinedFile({ params: { host, entry } }, request) {
    const { db, center, caller, reply, audit } = request
    const name = await hostToCommand(request, host)
    const found = await entryOf(request, host, entry)
    if (found === undefined) throw notFound('quarantined file')
    const { rows } = await sql<FetchedFile>`
      SELECT f.order_id, f.sha256, f.size, (SELECT count(*)::int FROM fetched_part p
        WHERE p.tenant_id = f.tenant_id AND p.order_id = f.order_id) AS parts
      FROM fetched_file f WHERE f.tenant_id = ${caller.tenant} AND f.host_id = ${host} AND f.entry_id = ${entry}
        AND f.complete_at IS NOT NULL AND f.expires_at > ${center.clock()}
      ORDER BY f.complete_at DESC LIMIT 1`.execute(db)
    const [file] = rows
    if (file === undefined) throw notHere
    const note: QuarantinedNote = {
      format: 'davylamp-quarantined-note',
      version: 1,
      host: name,
      path: found.path,
      sha256: file.sha256,
      size: file.size,
      time: found.at.toISOString(),
      reason: found.reason,
      ...(found.run_id === null ? {} : { run: found.run_id }),
    }
    await audit('quarantine.download', { kind: 'host', id: host }, { entry, path: found.path, sha256: file.sha256 })
    reply.header('content-disposition', `attachment; filename="${fileName(name, entry)}"`)
    reply.header('cache-control', 'no-store')
    reply.send(quarantineArchive(note, contentOf(center, caller.tenant, file)))
  },
}

const notHere = new ProblemError(
  404,
  'not-fetched',
  'That file is not here',
  'It was not fetched, is still on its way, or was fetched more than an hour ago. Ask the host for it (fetch), then download it.',
)

async function entryOf({ db, caller }: Request, host: string, entry: string) {
  return db
    .selectFrom('quarantined')
    .select(['sha256', 'path', 'size', 'at', 'reason', 'run_id', 'gone_at'])
    .where('tenant_id', '=', caller.tenant)
    .where('host_id', '=', host)
    .where('entry_id', '=', entry)
    .executeTakeFirst()
}

interface FetchedFile {
  readonly order_id: string
  readonly sha256: string
  readonly size: number
  readonly parts: number
}

/**
 * Each part in a transaction of its own, while the archive goes out: whoever reads slowly holds nothing. Throws at the end when a
 * host has sent other parts since it said that they are whole.
 */
async function* contentOf(center: Center, tenant: string, file: FetchedFile): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  for (let number = 0; number < file.parts; number++) {
    const part = await center.store.tenant(tenant, db => openPart(db, center, file.order_id, number))
    if (part === undefined) throw new Error('its hour was over while it was downloaded')
    hash.update(part)
    yield part
  }
  if (hash.digest('hex') !== file.sha256) throw new Error('it is not what was ordered any more')
}

function fileName(host: string, entry: string): string {
  return `quarantined-${host}-${entry}`
    .replaceAll(/[^A-Za-z0-9._-]/g, '_')
    .slice(0, 150)
    .concat('.zip')
}

function mebibytes(bytes: number): number {
  return Math.ceil(bytes / 1_048_576)
}
