import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { WritableHost } from './host.ts'
import { allProcesses, readProcess } from './processes.ts'

const answerBytes = 8 << 20

/**
 * Where Docker listens; undefined on a tree, or where it does not run. A socket alone says nothing: systemd would start Docker,
 * and Docker the containers, at the first word.
 */
export function dockerSocketOf(host: WritableHost): string | undefined {
  if (!host.live || !runs(host)) return undefined
  return ['run/docker.sock', 'var/run/docker.sock'].map(path => join(host.root, path)).find(path => existsSync(path))
}

function runs(host: WritableHost): boolean {
  const noted = ['/run/docker.pid', '/var/run/docker.pid'].some(path => {
    const pid = Number(
      host.files.inspect(path)?.type === 'file' ? host.files.read(path, 100)?.toString('latin1') : undefined,
    )
    return pid > 0 && readProcess(pid) !== undefined
  })
  return noted || allProcesses().some(({ name }) => name === 'dockerd')
}

/** One call of the Docker Engine API over its local socket; undefined when it knows no such object. */
export async function docker(
  socket: string,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<string | undefined> {
  // Six megabytes, for the few who stop a container.
  const { request } = await import('node:http')
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
