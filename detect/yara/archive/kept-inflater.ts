import { constants, createGunzip, createInflateRaw, type Gunzip, type InflateRaw } from 'node:zlib'

/** The part of node's zlib objects below their public face that is used: its synchronous write into a buffer of the caller. */
interface Handle {
  reset(): void
  writeSync(
    flush: number,
    from: Uint8Array,
    fromAt: number,
    fromLength: number,
    into: Uint8Array,
    intoAt: number,
    intoLength: number,
  ): void
  onerror: (message: string, number: number, code: string) => void
}

const roomBytes = 1024 * 1024

/**
 * Unpacks small streams one after the other with one state of zlib and one buffer. Most packed files of a server are pages of
 * a few kilobytes: making an object of zlib and a buffer for each takes as long as the unpacking, and the collection of that garbage once more.
 */
export class KeptInflater {
  readonly #handle: Handle | undefined
  /** What the last write left: room in the buffer, and bytes that were not taken. */
  readonly #left: Uint32Array
  readonly #room: Buffer
  #failed = false

  constructor(packing: 'gzip' | 'deflate') {
    const object = packing === 'gzip' ? createGunzip() : createInflateRaw()
    this.#handle = handleOf(object)
    const left: unknown = Reflect.get(object, '_writeState')
    this.#left = left instanceof Uint32Array ? left : new Uint32Array(2)
    if (!(left instanceof Uint32Array)) this.#handle = undefined
    this.#room = Buffer.allocUnsafeSlow(this.#handle === undefined ? 0 : roomBytes)
    if (this.#handle !== undefined) this.#handle.onerror = () => (this.#failed = true)
  }

  /** False: this version of node is built in another way, and nothing is unpacked here. */
  get usable(): boolean {
    return this.#handle !== undefined
  }

  /** What the stream holds, valid until the next call; undefined where it is damaged or holds more than a megabyte. */
  unpacked(packed: Uint8Array): Buffer | undefined {
    if (this.#handle === undefined) return undefined
    this.#failed = false
    this.#handle.reset()
    this.#handle.writeSync(constants.Z_FINISH, packed, 0, packed.length, this.#room, 0, roomBytes)
    const [room = 0] = this.#left
    return this.#failed || room === 0 ? undefined : this.#room.subarray(0, roomBytes - room)
  }
}

function handleOf(object: Gunzip | InflateRaw): Handle | undefined {
  const handle: unknown = Reflect.get(object, '_handle')
  const has = (name: string) => typeof Reflect.get(Object(handle), name) === 'function'
  return has('reset') && has('writeSync') && has('onerror') ? (handle as Handle) : undefined
}
