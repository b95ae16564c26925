import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A private view of this machine in which every dynamic program is lied to; the machine's own /etc is never touched. */
export interface BlindedHost {
  /** What tests hide. It is part of the names of hidden files. */
  readonly hiddenName: string
  run(
    command: readonly string[],
    options?: { readonly cwd?: string },
  ): { status: number | null; out: string; err: string }
}

export const hiddenName = 'davylamp-blinding-test'

/** `undefined`, with a reason, where it cannot be built. */
export function blindedHost(folder: string, hiddenPid: number, strength: 'readdir' | 'strong'): BlindedHost | string {
  if (process.getuid?.() !== 0) return 'needs root'
  const library = join(folder, `blinding-${strength}.so`)
  const compiled = spawnSync('gcc', [
    ...['-shared', '-fPIC', '-O1', '-w', `-DHIDDEN_NAME="${hiddenName}"`, `-DHIDDEN_PID="${hiddenPid}"`],
    ...(strength === 'strong' ? ['-DSTRONG'] : []),
    ...['-o', library, join(import.meta.dirname, 'blinding-library.c'), '-ldl'],
  ])
  if (compiled.error !== undefined) return 'needs gcc'
  if (compiled.status !== 0) throw new Error(`gcc: ${compiled.stderr}`)
  // A copy of /etc, because a machine without a preload list has no file that another could be laid over.
  const etc = join(folder, `etc-${strength}`)
  mkdirSync(etc)
  spawnSync('cp', ['-a', '/etc/.', etc])
  writeFileSync(join(etc, 'ld.so.preload'), `${library}\n`)
  if (spawnSync('unshare', ['-m', 'mount', '--bind', etc, '/etc']).status !== 0) return 'needs mount namespaces'
  return { hiddenName, run: (command, options) => runBlinded(etc, command, options?.cwd) }
}

function runBlinded(etc: string, command: readonly string[], cwd?: string) {
  const done = spawnSync(
    'unshare',
    ['-m', 'sh', '-c', 'mount --bind "$1" /etc && shift && exec "$@"', 'sh', etc, ...command],
    { encoding: 'utf8', cwd, maxBuffer: 256 * 1024 * 1024 },
  )
  return { status: done.status, out: done.stdout, err: done.stderr }
}
