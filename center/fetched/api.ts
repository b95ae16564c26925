import { sql } from 'kysely'
import type { quarantinedFileRoutes } from '../../model/api/index.ts'
import { largestSentFile } from '../../model/wire/index.ts'
import type { Center, Db, Handlers, Request } from '../context.ts'
import { hostToCommand, orderOnce } from '../orders/index.ts'
import { conflict, notFound, ProblemError } from '../problem-error.ts'
import { type QuarantinedNote, quarantineArchive } from './archive.ts'
import { openPart } from './sealed-part.ts'

/** Of all files that one tenant keeps here at a time: the disk is everybody's. */
const mostKeptBytes = 4 * 1_073_741_824

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
    if ((await keptBytes(request.db)) + size > mostKeptBytes)
      throw conflict('Too many files are kept here at the moment', 'Each is kept for an hour. Try again later.')
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
    const { rows } = await sql<{ order_id: string; sha256: string; size: number; parts: number }>`
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
    reply.send(quarantineArchive(note, contentOf(center, caller.tenant, file.order_id, file.parts)))
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

async function keptBytes(db: Db): Promise<number> {
  const { rows } = await sql<{
    bytes: number
  }>`SELECT coalesce(sum(size), 0)::bigint AS bytes FROM fetched_part`.execute(db)
  return rows[0]?.bytes ?? 0
}

/** Each part in a transaction of its own, while the archive goes out: whoever reads slowly holds nothing. */
async function* contentOf(center: Center, tenant: string, order: string, parts: number): AsyncGenerator<Uint8Array> {
  for (let number = 0; number < parts; number++) {
    const part = await center.store.tenant(tenant, db => openPart(db, center, order, number))
    if (part === undefined) throw new Error('its hour was over while it was downloaded')
    yield part
  }
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
