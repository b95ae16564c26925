import type { Target } from '../../../target/index.ts'
import { parentOf } from '../directory.ts'
import { readJson } from '../json-text.ts'
import { addRoot, directivesOf, included, type Served, textOf } from './configuration.ts'

export const caddyFiles = ['/etc/caddy/Caddyfile', '/etc/caddy/caddy.json', '/usr/local/etc/caddy/Caddyfile']
/** What Caddy was told by its API, as it keeps it for its next start. */
export const caddyKept = ['/var/lib/caddy/.config/caddy/autosave.json', '/root/.config/caddy/autosave.json']

/** `root` and `file_server` of Caddy, in both of its languages (caddyserver.com/docs). */
export function readCaddy(target: Target, path: string, served: Served, depth = 0): void {
  if (path.endsWith('.json')) {
    if (textOf(target, path, served, depth) !== undefined) rootsIn(readJson(target, path), path, served, 0)
    return
  }
  const text = textOf(target, path, served, depth)
  if (text === undefined) return
  const home = parentOf(path)
  for (const { words, line } of directivesOf(text, '\n')) {
    const [name, ...values] = words
    const last = values.at(-1)
    if (last === undefined) continue
    if (name === 'root') addRoot(served, last, home, `${path}:${line}`)
    else if (name === 'import')
      for (const other of included(target, last, home)) readCaddy(target, other, served, depth + 1)
  }
}

function rootsIn(value: unknown, path: string, served: Served, depth: number): void {
  if (typeof value !== 'object' || value === null || depth > 24) return
  for (const [key, inner] of Object.entries(value).slice(0, 2_000)) {
    if (key === 'root' && typeof inner === 'string') addRoot(served, inner, parentOf(path), path)
    else rootsIn(inner, path, served, depth + 1)
  }
}
