import { closeSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ownRulesFolder } from '../../rulebook/index.ts'
import { examineStart } from './about-to-start.ts'
import { sealedMemoryFile } from '../../native/memory-file.ts'
import type { Knowledge } from './knowledge.ts'
import type { SeenFiles } from './seen-files.ts'

const turns = 6
const paddingBytes = 512 * 1024
/** No process has it. */
const nobody = 0

/**
 * The first judgements take ten times as long as later ones, and those who wait must not: a program that nobody knows and that does
 * nothing is judged a few times, and rules see their own words.
 */
export async function warmUp(knowledge: Knowledge, files: SeenFiles, folder: string): Promise<void> {
  const rules = join(ownRulesFolder, 'yara')
  for (const name of readdirSync(rules)) if (name.endsWith('.yar')) files.at(join(rules, name))
  const path = join(folder, 'warm-up')
  try {
    const program = Buffer.concat([readFileSync('/bin/sh'), Buffer.alloc(paddingBytes, 'nothing of interest ')])
    for (let turn = 0; turn < turns; turn++) {
      const descriptor = fileOf(Buffer.concat([program, Buffer.from(String(turn))]), path)
      try {
        const seen = files.in(descriptor, path)
        if (seen !== undefined) await examineStart(knowledge, { descriptor, pid: nobody, path, seen })
      } finally {
        closeSync(descriptor)
      }
    }
  } finally {
    rmSync(path, { force: true })
  }
}

/** A disk that takes nothing is no reason to be slow: then the file is in memory only. */
function fileOf(bytes: Buffer, path: string): number {
  try {
    writeFileSync(path, bytes, { mode: 0o600 })
    return openSync(path, 'r')
  } catch {
    return sealedMemoryFile('warm-up', bytes)
  }
}
