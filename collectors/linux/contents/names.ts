import { decodeBytes } from '../../../target/index.ts'
import { commandRuns, commandTargets, downloadsFrom } from '../command.ts'
import { grantsIn } from './grants.ts'
import type { ContentLook } from './traits.ts'

const mostText = 32 * 1024
const mostTargets = 50
const mostEndpoints = 20

/** Paths and endpoints that a script's commands or a configuration's values name, and the ways in that it opens, from its first 32 KiB. */
export function namesIn(path: string, bytes: Buffer, form: ContentLook['form'], home: string | undefined) {
  const targets = new Set<string>()
  const endpoints = new Set<string>()
  const runs = new Set<string>()
  if (form === 'binary' || form === 'prose') return { targets: [], endpoints: [], runs: [], grants: [] }
  const text = decodeBytes(bytes.subarray(0, mostText))
  if (form === 'script') {
    const cwd = path.slice(0, Math.max(1, path.lastIndexOf('/')))
    for (const one of commandTargets(text, { home, cwd })) targets.add(one)
    for (const one of commandRuns(text, { home, cwd })) runs.add(one)
    for (const one of downloadsFrom(text)) endpoints.add(one)
  } else {
    for (const [, one] of text.matchAll(pathValue)) if (one !== undefined) targets.add(one)
  }
  const words = text.replace(/^\s*#.*$/gm, '')
  for (const pattern of endpointPatterns) {
    for (const [, one] of words.matchAll(pattern)) if (one !== undefined) endpoints.add(one)
  }
  targets.delete(path)
  runs.delete(path)
  return {
    targets: [...targets].slice(0, mostTargets),
    endpoints: [...endpoints].slice(0, mostEndpoints),
    runs: [...runs].slice(0, mostTargets),
    grants: form === 'script' ? grantsIn(text) : [],
  }
}

const pathValue = /["'=:\s](\/[\w.+@[\]-]{1,200}(?:\/[\w.+@[\]-]{1,200})+)/g
/** `name.example:port` or an address with a port; the host of a URL. */
const endpointPatterns = [
  /(?<![\w.@-])((?:[\w-]{1,63}\.){1,10}[\w-]{1,63}:\d{2,5})\b/g,
  /\b[a-z][a-z+0-9]{1,12}:\/\/(?:[^\s/@"']{1,200}@)?([\w.[\]-]{1,253}(?::\d{1,5})?)/g,
]
