import { request } from 'node:http'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { WritableHost } from './host.ts'

const answerBytes = 8 << 20

/** Where Docker listens on a running host; undefined on a tree, or where it does not run. */
export function dockerSocketOf(host: WritableHost): string | undefined {
  if (!host.live) return undefined
  return ['run/docker.sock', 'var/run/docker.sock'].map(path => join(host.root, path)).find(existsSync)
}

/** One call of the Docker Engine API over its local socket; undefined when it knows no such object. */
export function docker(
  socket: string,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<string | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<string | undefined>()
  const headers = { Host: 'docker', 'Content-Type': 'application/json' }
  const call = request({ socketPath: socket, path, method, headers, timeout: 15_000 }, reply => {
    const parts: Buffer[] = []
    let size = 0
    reply.on('data', (part: Buffer) => {
      size += part.length
      if (size > answerBytes) call.destroy(new Error('Docker answered without end'))
      else parts.push(part)
    })
    reply.on('error', reject)
    reply.on('end', () => {
      const status = reply.statusCode ?? 500
      if (status < 300) resolve(Buffer.concat(parts).toString('utf8'))
      else if (status === 404) resolve(undefined)
      else reject(new Error(`Docker answered ${status} to ${method} ${path}`))
    })
  })
  call.on('timeout', () => call.destroy(new Error('Docker did not answer')))
  call.on('error', reject)
  call.end(body === undefined ? undefined : JSON.stringify(body))
  return promise
}
