import { readFileSync, statSync } from 'node:fs'
import { type Access, FeedError } from './get.ts'

/**
 * Reads who asks from a file: `user:password`, `Bearer TOKEN`, or a header such as `X-API-Key: …`. A file that others may read is
 * refused, because then the secret is none.
 */
export function readAccess(authFile: string | undefined, caFile: string | undefined): Access {
  return {
    ...(authFile === undefined ? {} : { headers: headersOf(secretIn(authFile), authFile) }),
    ...(caFile === undefined ? {} : { ca: textOf(caFile) }),
  }
}

function secretIn(path: string): string {
  const text = textOf(path)
  if ((statSync(path).mode & 0o077) !== 0)
    throw new FeedError(`others than its owner may read ${path}, which holds a secret: chmod 600 ${path}`)
  const lines = text.split('\n').filter(line => line.trim() !== '' && !line.startsWith('#'))
  const [only] = lines
  if (only === undefined || lines.length > 1) throw new FeedError(`${path} must hold one line: ${forms}`)
  return only.trim()
}

const forms = 'user:password, or Bearer TOKEN, or a header such as X-API-Key: KEY'

function headersOf(secret: string, path: string): Record<string, string> {
  if (/^(?:Bearer|Token|Basic) \S+$/i.test(secret)) return { authorization: secret }
  const header = /^([A-Za-z][A-Za-z0-9-]*):\s+(\S.*)$/.exec(secret)
  if (header !== null) return { [(header[1] ?? '').toLowerCase()]: header[2] ?? '' }
  if (!/^[^:\s]+:\S/.test(secret)) throw new FeedError(`${path} holds none of: ${forms}`)
  return { authorization: `Basic ${Buffer.from(secret).toString('base64')}` }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new FeedError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}
