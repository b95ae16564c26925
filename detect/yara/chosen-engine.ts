import { createRequire } from 'node:module'
import { nativeEngine } from './native-engine.ts'
import { wasmEngine } from './wasm-engine.ts'
import type { YaraEngine } from './yara-engine.ts'

const require = createRequire(import.meta.url)
let chosen: YaraEngine | undefined

/** The fastest engine that this machine has. Loads it at the first call. */
export function yaraEngine(): YaraEngine {
  chosen ??= nativeEngine(require) ?? wasmEngine(require)
  return chosen
}
