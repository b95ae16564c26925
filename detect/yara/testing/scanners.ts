import { createRequire } from 'node:module'
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compileContentRules } from '../compile-content.ts'
import type { ContentLook, ContentScanner } from '../content-scanner.ts'
import { nativeEngine } from '../native-engine.ts'
import { openContentScanner, type ScannerOptions } from '../open-scanner.ts'
import { wasmEngine } from '../wasm-engine.ts'
import type { YaraEngine } from '../yara-engine.ts'

const require = createRequire(import.meta.url)

/** Both engines, or the one that this machine has: the same is expected of them. */
export function enginesHere(): YaraEngine[] {
  return [nativeEngine(require), wasmEngine(require)].filter(one => one !== undefined)
}

export function scannerFor(text: string, engine: YaraEngine, options: ScannerOptions = {}): ContentScanner {
  const own = [{ file: 'test.yar', namespace: 'davylamp', text }]
  const { compiled } = compileContentRules({ own }, engine, options.chunkBytes)
  return openContentScanner(compiled, { ...options, engine })
}

/** Looks into a file that holds these bytes. */
export function lookInto(scanner: ContentScanner, bytes: Uint8Array, which?: 'own' | 'foreign'): ContentLook {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-content-'))
  const path = join(folder, 'content')
  writeFileSync(path, bytes)
  const descriptor = openSync(path, 'r')
  try {
    return scanner.scanFile(descriptor, bytes.length, which)
  } finally {
    closeSync(descriptor)
    rmSync(folder, { recursive: true })
  }
}
