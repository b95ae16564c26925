import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { compileContentRules } from '../compile-content.ts'
import { type ContentsRequest, readContents } from '../walk.ts'
import type { ContentsRead } from '../walk-result.ts'

/** What the only rule of these tests looks for. */
export const mark = 'a-mark-that-nothing-else-has'
const text = `rule marked { strings: $a = "${mark}" condition: $a }`
const { compiled } = compileContentRules({ own: [{ file: 'test.yar', namespace: 'davylamp', text }] })
export const rules = { version: compiled.version, compiled: () => compiled }

/** A directory that goes with its test. */
export function tree(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'davylamp-walk-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** Reads all of a directory, or what is asked for. */
export async function read(folder: string, more: Partial<ContentsRequest> = {}): Promise<ContentsRead> {
  const root = openSync(folder, 'r')
  try {
    return await readContents({ root, directories: ['/'], files: [], notInto: [], rules, threads: 1, ...more })
  } finally {
    closeSync(root)
  }
}

export const hits = (result: ContentsRead) => result.found.map(one => one.path).sort()
