import type { WritableHost } from './host.ts'
import { parentOf } from './taken-entry.ts'

/** A path with the link at its end resolved inside the root; undefined when nothing lies there. */
export function followed(path: string, host: WritableHost, depth = 0): string | undefined {
  const metadata = host.files.inspect(path)
  if (metadata?.type !== 'symlink') return metadata === undefined ? undefined : path
  const target = depth < 10 ? host.files.readLink(path) : undefined
  if (target === undefined) return undefined
  const parts = (target.startsWith('/') ? target : `${parentOf(path)}/${target}`).split('/')
  const clean: string[] = []
  for (const part of parts) {
    if (part === '..') clean.pop()
    else if (part !== '' && part !== '.') clean.push(part)
  }
  return followed(`/${clean.join('/')}`, host, depth + 1)
}
