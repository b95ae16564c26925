import { readFileSync } from 'node:fs'

/** This program and all that it descends from: shell, sudo, sshd. No incident may take them along. */
export function ownSession(): Set<number> {
  const pids = new Set<number>()
  for (let pid = process.pid; pid > 0 && !pids.has(pid); pid = parentOf(pid)) pids.add(pid)
  return pids
}

function parentOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name in parentheses may hold anything, also a parenthesis: what counts comes after the last (proc(5)).
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0)
  } catch {
    return 0
  }
}
