import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { replaceFile } from '../native/own-file.ts'
import type { AgentFolders } from './ports.ts'

/** The folders of the agent below a state folder; `make` creates those that are missing. */
export function agentFolders(state: string, make = false): AgentFolders {
  const own = join(state, 'agent')
  const folders = { state, own, packs: join(own, 'packs'), config: join(own, 'config.json') }
  if (make) for (const folder of [state, own, folders.packs]) mkdirSync(folder, { recursive: true, mode: 0o700 })
  return folders
}

export function replaceJson(path: string, document: unknown): void {
  replaceFile(path, `${JSON.stringify(document)}\n`)
}

/** A file's text; undefined when there is none. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined
    throw error
  }
}

/** A JSON object of ours; undefined when the file is missing or is not one: a file that was cut off must not stop the agent. */
export function readJson(path: string): Readonly<Record<string, unknown>> | undefined {
  const text = readText(path)
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error ? Reflect.get(error, 'code') : undefined
  return typeof code === 'string' ? code : undefined
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
