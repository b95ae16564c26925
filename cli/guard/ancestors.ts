import type { Ancestor } from '../../model/index.ts'
import { decodeBytes, displayBytes, parseStat, type Target } from '../../target/index.ts'

const most = 16
const longestCommand = 4_096

/** What started a process and what started that, nearest first, as far as it still runs. */
export function livingAncestors(target: Target, pid: number): Ancestor[] {
  const found: Ancestor[] = []
  for (let at = parentOf(target, pid); at > 0 && found.length < most; at = parentOf(target, at)) {
    const one = ancestorOf(target, at)
    if (one === undefined) break
    found.push(one)
  }
  return found
}

function ancestorOf(target: Target, pid: number): Ancestor | undefined {
  const stat = statOf(target, pid)
  if (stat === undefined) return undefined
  const path = target.files.readLink(`/proc/${pid}/exe`)
  const command = text(target, `/proc/${pid}/cmdline`, longestCommand).replace(/\0+$/, '').replaceAll('\0', ' ')
  return {
    pid,
    startTime: stat.startTime,
    name: displayBytes(stat.name),
    ...(path === undefined ? {} : { path: displayBytes(path) }),
    ...(command === '' ? {} : { command: displayBytes(command) }),
  }
}

function parentOf(target: Target, pid: number): number {
  return statOf(target, pid)?.parentPid ?? 0
}

export function statOf(target: Target, pid: number) {
  return parseStat(text(target, `/proc/${pid}/stat`, 4_096))
}

function text(target: Target, path: string, limit: number): string {
  return decodeBytes(target.files.read(path, limit, 'fine') ?? Buffer.alloc(0))
}
