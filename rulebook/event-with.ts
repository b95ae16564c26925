import { basename } from 'node:path'
import { type HostEvent, hostEvent } from '../model/index.ts'

const empty: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  exec: { pid: 1000, exeDeleted: false, exeInMemory: false, ancestors: [] },
  connection: { change: 'opened', protocol: 'tcp', localAddress: '192.0.2.10', localPort: 40_000, scope: 'public' },
  'file-change': { change: 'written' },
  load: { cpuPercent: 0, cpuSeconds: 0, busySeconds: 0, seenSeconds: 0, bursts: 0, shy: false },
  login: { service: 'sshd', succeeded: false },
}

/** An event with every field that its schema asks for. Of `argv` and `command` either makes the other; a name is that of the path. */
export function eventWith(given: Readonly<Record<string, unknown>>, at: string): HostEvent {
  return hostEvent.parse({ at, ...empty[String(given['kind'])], ...wordsOf(given), ...nameOf(given), ...given })
}

function wordsOf({ kind, argv, command }: Readonly<Record<string, unknown>>): Record<string, unknown> {
  if (kind !== 'exec') return {}
  if (Array.isArray(argv)) return { command: argv.join(' ') }
  return { argv: String(command).split(' ') }
}

function nameOf({ path }: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return typeof path === 'string' ? { name: basename(path) } : {}
}
