import { randomBytes } from 'node:crypto'
import { constants, type FileHandle, link, mkdir, open, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'

const prefix = 'davylamp-master-key-1:'
const keyBytes = 32

export class MasterKeyError extends Error {}

/**
 * Reads the key that seals all others: one line, `davylamp-master-key-1:` and 32 bytes as base64url, in a file of mode 0600 that is
 * ours. `undefined`: there is no such file. Throws `MasterKeyError` for a file that others may read, or that holds something else.
 */
export async function readMasterKey(path: string): Promise<Buffer | undefined> {
  const file = await openOrAbsent(path)
  if (file === undefined) return undefined
  try {
    await checkOwner(file, path)
    return parseMasterKey((await file.readFile({ encoding: 'latin1' })).trim(), path)
  } finally {
    await file.close()
  }
}

/** Makes the file, unless another process made it at the same moment: then that one is taken. */
export async function makeMasterKey(path: string): Promise<Buffer> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const temporary = `${path}.${randomBytes(6).toString('hex')}`
  const file = await open(temporary, 'wx', 0o600)
  try {
    await file.writeFile(`${masterKeyText(randomBytes(keyBytes))}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await link(temporary, path).catch(ignoreExisting)
  await unlink(temporary)
  const key = await readMasterKey(path)
  if (key === undefined) throw new MasterKeyError(`${path} vanished while it was made. Start again.`)
  return key
}

export function masterKeyText(key: Buffer): string {
  return prefix + key.toString('base64url')
}

export function parseMasterKey(text: string, path: string): Buffer {
  const key = text.startsWith(prefix) ? Buffer.from(text.slice(prefix.length), 'base64url') : Buffer.alloc(0)
  if (key.length === keyBytes && masterKeyText(key) === text) return key
  throw new MasterKeyError(
    `${path} holds no master key. Put the right file back (from a backup, or from another center).`,
  )
}

async function openOrAbsent(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    if (codeOf(error) === 'ELOOP') throw new MasterKeyError(`${path} is a link. It must be a file of its own.`)
    if (codeOf(error) === 'EACCES')
      throw new MasterKeyError(`${path} cannot be read. Start the center as the user that made it.`)
    throw error
  }
}

async function checkOwner(file: FileHandle, path: string): Promise<void> {
  const { mode, uid, size } = await file.stat()
  if (size > 1_024) throw new MasterKeyError(`${path} is too large for a master key. Put the right file back.`)
  if ((mode & 0o077) !== 0)
    throw new MasterKeyError(
      `Others may read or write ${path}. If nobody did: chmod 600 ${path}. Otherwise all secrets of this center are known to them.`,
    )
  const own = process.geteuid?.()
  if (own !== undefined && uid !== own && own !== 0)
    throw new MasterKeyError(`${path} belongs to user ${uid}, but the center runs as user ${own}.`)
}

function ignoreExisting(error: unknown): void {
  if (codeOf(error) !== 'EEXIST') throw error
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
