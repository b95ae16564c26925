import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import {
  closeSync,
  createReadStream,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { Readable, Transform, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createZstdCompress, createZstdDecompress } from 'node:zlib'
import { writeAll } from './new-entry.ts'
import { replaceFile, syncFolder } from '../native/own-file.ts'
import { entryOf, type Keepsake, type VaultEntry, vaultEntry } from './vault-entry.ts'

export class VaultError extends Error {
  override readonly name = 'VaultError'
}

const magic = Buffer.from('DAVYVLT1')
const nonceBytes = 12
const tagBytes = 16
const idForm = /^[A-Za-z0-9._-]{1,128}$/

/**
 * The quarantine box: contents compressed (zstd) and encrypted (AES-256-GCM with the key file of the state folder), so that
 * nothing in it can run, match a scanner or be read by others. Everything is on the disk before `keep` returns.
 */
export class Vault {
  readonly #folder: string
  #key: Buffer | undefined
  /** Quarantined since this vault was opened, for the limit of a run. */
  quarantinedBytes = 0

  constructor(folder: string) {
    this.#folder = folder
  }

  async keep(keepsake: Keepsake): Promise<VaultEntry> {
    if (!idForm.test(keepsake.id)) throw new VaultError(`no id of the vault: ${keepsake.id}`)
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    const { sha256, size } = await this.#write(keepsake)
    const entry = entryOf(keepsake, sha256, size)
    // Last, and with it the folder is on the disk: content without a description is nothing.
    try {
      replaceFile(this.#path(entry.id, 'json'), `${JSON.stringify(entry)}\n`)
    } catch (error) {
      rmSync(this.#path(entry.id, 'bin'), { force: true })
      throw error
    }
    if (entry.why === 'quarantined') this.quarantinedBytes += size
    return entry
  }

  /** All entries, oldest first. An entry whose description cannot be read is left out. */
  list(): VaultEntry[] {
    return namesIn(this.#folder)
      .filter(name => name.endsWith('.json'))
      .map(name => this.show(name.slice(0, -5)))
      .filter(entry => entry !== undefined)
      .sort((one, other) => (one.at === other.at ? compare(one.id, other.id) : compare(one.at, other.at)))
  }

  show(id: string): VaultEntry | undefined {
    if (!idForm.test(id)) return undefined
    try {
      return vaultEntry.parse(JSON.parse(readFileSync(this.#path(id, 'json'), 'utf8')))
    } catch {
      return undefined
    }
  }

  /** Writes the content into a descriptor and throws when it is not the bytes that were kept. */
  async writeContent(id: string, descriptor: number): Promise<void> {
    const entry = this.#entry(id)
    const hash = createHash('sha256')
    await pipeline(this.#decrypted(id), createZstdDecompress(), tap(hash), into(descriptor))
    if (hash.digest('hex') !== entry.sha256) throw new VaultError(`${id} is not what was kept`)
  }

  /**
   * The content in blocks. The last one comes only when all of them are the bytes that were kept; else it throws, so that whoever
   * passes them on has passed on no whole file.
   */
  async *blocks(id: string): AsyncGenerator<Buffer> {
    const entry = this.#entry(id)
    const hash = createHash('sha256')
    let last: Buffer | undefined
    try {
      for await (const block of this.#unpacked(id)) {
        hash.update(block)
        if (last !== undefined) yield last
        last = block
      }
    } catch (error) {
      throw new VaultError(`${id} cannot be read: ${(error as Error).message}`, { cause: error })
    }
    if (hash.digest('hex') !== entry.sha256) throw new VaultError(`${id} is not what was kept`)
    if (last !== undefined) yield last
  }

  /** The content of a small entry. */
  async content(id: string, limit = 64 << 20): Promise<Buffer> {
    const entry = this.#entry(id)
    if (entry.size > limit) throw new VaultError(`${id} is larger than ${limit} bytes`)
    const parts: Buffer[] = []
    await pipeline(this.#decrypted(id), createZstdDecompress(), async source => {
      for await (const part of source) parts.push(part as Buffer)
    })
    const bytes = Buffer.concat(parts)
    if (createHash('sha256').update(bytes).digest('hex') !== entry.sha256) {
      throw new VaultError(`${id} is not what was kept`)
    }
    return bytes
  }

  /** Writes an entry's content to a new file on this machine, readable by its owner only and never executable. */
  async restoreTo(id: string, path: string): Promise<void> {
    const descriptor = openSync(path, 'wx', 0o600)
    try {
      await this.writeContent(id, descriptor)
      fsyncSync(descriptor)
    } catch (error) {
      rmSync(path, { force: true })
      throw error
    } finally {
      closeSync(descriptor)
    }
  }

  /** For good: undo can then no longer restore it. */
  delete(id: string): boolean {
    if (this.show(id) === undefined) return false
    rmSync(this.#path(id, 'json'), { force: true })
    rmSync(this.#path(id, 'bin'), { force: true })
    syncFolder(this.#folder)
    return true
  }

  async #write(keepsake: Keepsake): Promise<{ sha256: string; size: number }> {
    const nonce = randomBytes(nonceBytes)
    const cipher = createCipheriv('aes-256-gcm', this.#secret(true), nonce).setAAD(Buffer.from(keepsake.id))
    const hash = createHash('sha256')
    const counted = { size: 0, limit: keepsake.limit ?? Number.POSITIVE_INFINITY }
    const final = this.#path(keepsake.id, 'bin')
    const descriptor = openSync(`${final}.tmp`, 'w', 0o600)
    try {
      writeAll(descriptor, Buffer.concat([magic, nonce]))
      await pipeline(
        source(keepsake.content),
        tap(hash, counted),
        createZstdCompress(),
        cipher,
        withTag(cipher),
        into(descriptor),
      )
      fsyncSync(descriptor)
    } catch (error) {
      rmSync(`${final}.tmp`, { force: true })
      throw error
    } finally {
      closeSync(descriptor)
    }
    renameSync(`${final}.tmp`, final)
    return { sha256: hash.digest('hex'), size: counted.size }
  }

  async *#unpacked(id: string): AsyncGenerator<Buffer> {
    const plain = this.#decrypted(id)
    const unpacked = createZstdDecompress()
    plain.on('error', error => unpacked.destroy(error))
    try {
      yield* plain.pipe(unpacked) as AsyncIterable<Buffer>
    } finally {
      plain.destroy()
    }
  }

  #decrypted(id: string): Readable {
    const path = this.#path(id, 'bin')
    const size = statSync(path).size
    const start = magic.length + nonceBytes
    if (size < start + tagBytes) throw new VaultError(`${id} is cut short`)
    const head = Buffer.alloc(start)
    const tag = Buffer.alloc(tagBytes)
    const descriptor = openSync(path, 'r')
    try {
      readSync(descriptor, head, 0, start, 0)
      readSync(descriptor, tag, 0, tagBytes, size - tagBytes)
    } finally {
      closeSync(descriptor)
    }
    if (!head.subarray(0, magic.length).equals(magic)) throw new VaultError(`${id} is no file of the vault`)
    const decipher = createDecipheriv('aes-256-gcm', this.#secret(false), head.subarray(magic.length))
    decipher.setAAD(Buffer.from(id)).setAuthTag(tag)
    if (size === start + tagBytes) return Readable.from([decipher.final()])
    const encrypted = createReadStream(path, { start, end: size - tagBytes - 1 })
    encrypted.on('error', error => decipher.destroy(error))
    return encrypted.pipe(decipher)
  }

  #secret(make: boolean): Buffer {
    if (this.#key !== undefined) return this.#key
    const path = join(this.#folder, 'key')
    try {
      this.#key = readFileSync(path)
    } catch (error) {
      if (!make || (error as { code?: string }).code !== 'ENOENT') throw error
      replaceFile(path, randomBytes(32))
      this.#key = readFileSync(path)
    }
    if (this.#key.length !== 32) throw new VaultError(`${path} is no key`)
    return this.#key
  }

  #entry(id: string): VaultEntry {
    const entry = this.show(id)
    if (entry === undefined) throw new VaultError(`the vault has no ${id}`)
    return entry
  }

  #path(id: string, extension: 'json' | 'bin'): string {
    return join(this.#folder, `${id}.${extension}`)
  }
}

function source(content: number | Uint8Array): Readable {
  return Readable.from(typeof content === 'number' ? blocksOf(content) : [content])
}

// Node's own file streams close a descriptor that they were only lent when the pipeline fails.
function* blocksOf(descriptor: number): Generator<Buffer> {
  for (let position = 0; ; ) {
    const block = Buffer.alloc(1 << 18)
    const read = readSync(descriptor, block, 0, block.length, position)
    if (read === 0) return
    position += read
    yield block.subarray(0, read)
  }
}

function into(descriptor: number): Writable {
  return new Writable({
    write(part: Buffer, _encoding, done) {
      try {
        writeAll(descriptor, part)
        done()
      } catch (error) {
        done(error as Error)
      }
    },
  })
}

function tap(hash: ReturnType<typeof createHash>, counted?: { size: number; limit: number }): Transform {
  return new Transform({
    transform(part: Buffer, _encoding, done) {
      hash.update(part)
      if (counted !== undefined) counted.size += part.length
      if (counted !== undefined && counted.size > counted.limit) {
        done(new VaultError(`more than ${counted.limit} bytes`))
        return
      }
      done(null, part)
    },
  })
}

function withTag(cipher: { getAuthTag(): Buffer }): Transform {
  return new Transform({
    transform: (part, _encoding, done) => done(null, part),
    flush(done) {
      this.push(cipher.getAuthTag())
      done()
    },
  })
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
