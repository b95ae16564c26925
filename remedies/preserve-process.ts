import { closeSync, fstatSync, openSync } from 'node:fs'
import { displayBytes, encodeBytes } from '../target/index.ts'
import { markOf, type WritableHost } from './host.ts'
import { argumentsOf, executableOf, namesOf, procBytes, procLink, procPath, procText, standing } from './processes.ts'
import { alreadyDone, changedSince, type Remedy, ready } from './remedy.ts'

const deletedFilesBytes = 256 << 20
const executableBytes = 1 << 30

/**
 * Copies what killing destroys into the vault: the executable as it is loaded (deleted and memfd too), argv, environ, maps,
 * status, descriptors with their sockets, and open files that have no name any more.
 */
export const preserveProcess: Remedy<'preserve-process', null> = {
  kind: 'preserve-process',
  undoable: true,
  needsLive: true,
  async check({ process }) {
    const state = standing(process)
    if (state === 'same') return ready
    return state === 'gone' ? alreadyDone : changedSince(state.changed)
  },
  prepare: async () => null,
  async apply({ process: { pid } }, _saved, host) {
    await keep(0, `/proc/${pid}/description`, encodeBytes(description(pid)), host)
    await keepOpen(1, pid, 'exe', executableBytes, host)
    let left = deletedFilesBytes
    let part = 2
    for (const descriptor of namesOf(pid, 'fd').slice(0, 1_000)) {
      const link = procLink(pid, `fd/${descriptor}`)
      if (link === undefined || !link.endsWith(' (deleted)') || left <= 0) continue
      left -= await keepOpen(part++, pid, `fd/${descriptor}`, left, host)
    }
    return undefined
  },
  undo: async () => 'undone',
}

function description(pid: number): string {
  const inodes = namesOf(pid, 'fd').map(name => [name, procLink(pid, `fd/${name}`) ?? ''] as const)
  const sockets = new Set(
    inodes.map(([, link]) => /^socket:\[(\d+)\]$/.exec(link)?.[1]).filter(one => one !== undefined),
  )
  const rows = ['tcp', 'tcp6', 'udp', 'udp6'].flatMap(protocol =>
    (procText(pid, `net/${protocol}`) ?? '')
      .split('\n')
      .filter(line => sockets.has(line.trim().split(/\s+/)[9] ?? ''))
      .map(line => `${protocol} ${line.trim()}`),
  )
  return JSON.stringify(
    {
      pid,
      executable: displayBytes(executableOf(pid) ?? ''),
      argv: argumentsOf(pid).map(displayBytes),
      environ: procBytes(pid, 'environ')?.toString('base64'),
      workingDirectory: displayBytes(procLink(pid, 'cwd') ?? ''),
      status: procText(pid, 'status'),
      cgroup: procText(pid, 'cgroup'),
      maps: procText(pid, 'maps'),
      descriptors: Object.fromEntries(inodes.map(([name, link]) => [name, displayBytes(link)])),
      sockets: rows,
    },
    null,
    1,
  )
}

/** Keeps an open file of a process through its magic link and returns its size; 0 when it is none or cannot be read. */
async function keepOpen(part: number, pid: number, name: string, limit: number, host: WritableHost): Promise<number> {
  let descriptor: number
  try {
    // Non-blocking: what the link leads to may be a fifo.
    descriptor = openSync(procPath(pid, name), 0o4000)
  } catch (error) {
    if (name === 'exe') throw error
    return 0
  }
  try {
    const stat = fstatSync(descriptor)
    if (!stat.isFile() || stat.size > limit) return 0
    const origin = `/proc/${pid}/${name} → ${procLink(pid, name) ?? ''}`
    await keep(part, origin, descriptor, host, limit)
    return stat.size
  } finally {
    closeSync(descriptor)
  }
}

async function keep(part: number, origin: string, content: number | Buffer, host: WritableHost, limit?: number) {
  const { run, number } = host.step
  const id = `${markOf(host.step)}-${part}`
  await host.vault.keep({ id, why: 'preserved', origin, run, action: number, content, limit })
}
