import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { readJson, replaceJson } from '../own-files.ts'

/**
 * Says to a running agent, or to the next one, that a change of these files or folders is our own: a command of this program made it. It is
 * forgotten after the next look.
 */
export function agreeTo(own: string, paths: readonly string[]): void {
  // Where no agent ever was, nobody would ask.
  if (!existsSync(own)) return
  const kept = readAgreed(own)
  replaceJson(agreedPath(own), { format: 'davylamp-agreed', version: 1, paths: [...new Set([...kept, ...paths])] })
}

/** Whether a change of a path was agreed to, asked once. */
export function takeAgreed(own: string): (path: string) => boolean {
  const paths = readAgreed(own)
  if (paths.length > 0) rmSync(agreedPath(own), { force: true })
  return path => paths.some(one => path === one || path.startsWith(`${one}/`))
}

function readAgreed(own: string): string[] {
  const paths = readJson(agreedPath(own))?.['paths']
  return Array.isArray(paths) ? paths.filter(one => typeof one === 'string') : []
}

function agreedPath(own: string): string {
  return join(own, 'agreed.json')
}
