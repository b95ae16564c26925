import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** Node has it, and its types are in none of the libraries that this program is checked with. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object) => { readonly exports: object }
}

/** What the WebAssembly module inside of `xz-decompress` offers (xz-embedded: `xz_dec_run` around two buffers). */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer }
  create_context(): number
  destroy_context(context: number): void
  supply_input(context: number, length: number): void
  get_next_output(context: number): number
}

/** Fields of the context, as 32-bit words: the size of both buffers, and `struct xz_buf`. */
const field = { bufferBytes: 0, input: 1, inputPosition: 2, inputSize: 3, output: 4, outputPosition: 5 } as const
const ok = 0
const streamEnd = 1

const require = createRequire(import.meta.url)
let compiled: object | undefined

/**
 * What an xz stream holds. The library's own interface is asynchronous, and a scan is not: so its module is used without it. Throws where
 * the stream is damaged or ends too early.
 */
export function* unpackedXz(pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  compiled ??= new WebAssembly.Module(moduleBytes())
  // Its memory never shrinks: one for each stream, however large the dictionary was.
  const exports = new WebAssembly.Instance(compiled).exports as Exports
  const context = exports.create_context()
  const words = () => new Uint32Array(exports.memory.buffer, context)
  const buffer = (start: number, length: number) => new Uint8Array(exports.memory.buffer, start, length)
  const bufferBytes = words()[field.bufferBytes] ?? 0
  for (const piece of pieces)
    for (let at = 0; at < piece.length; at += bufferBytes) {
      const feed = piece.subarray(at, at + bufferBytes)
      buffer(words()[field.input] ?? 0, feed.length).set(feed)
      exports.supply_input(context, feed.length)
      for (let more = true; more; ) {
        const result = exports.get_next_output(context)
        if (result !== ok && result !== streamEnd) throw new Error(`xz: fault ${result}`)
        const state = words()
        const length = state[field.outputPosition] ?? 0
        const bytes = buffer(state[field.output] ?? 0, length).slice()
        state[field.outputPosition] = 0
        if (bytes.length > 0) yield bytes
        if (result === streamEnd) return
        more = length === bufferBytes || words()[field.inputPosition] !== words()[field.inputSize]
      }
    }
  throw new Error('xz: the stream is cut off')
}

function moduleBytes(): Uint8Array {
  const text = readFileSync(require.resolve('xz-decompress'), 'utf8')
  const found = /data:application\/wasm;base64,([A-Za-z0-9+/=]+)/.exec(text)?.[1]
  if (found === undefined) throw new Error('xz-decompress holds no WebAssembly module')
  return new Uint8Array(Buffer.from(found, 'base64'))
}
