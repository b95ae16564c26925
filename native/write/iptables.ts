import { spawnSync } from 'node:child_process'

/** What iptables(8) printed, or why it failed. */
export type IptablesReply = { readonly output: string } | { readonly error: string }

/**
 * Runs the host's iptables(8), or ip6tables(8) for version 6, from an absolute path: without a shell, without anything of our
 * environment, with an end. It does not ask who owns the file: the caller has.
 */
export function iptables(file: string, version: 4 | 6, args: readonly string[]): IptablesReply {
  const deadline = performance.now() + waitMs
  for (;;) {
    const reply = once(file, version, args)
    if (reply !== 'busy') return reply
    if (performance.now() > deadline) return { error: 'another program holds the lock of iptables' }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
  }
}

const waitMs = 5_000
const timeLimitMs = 10_000
const mostOutput = 64 << 20
/** EX_TEMPFAIL of iptables. Its own option for waiting is not in every version. */
const heldByAnother = 4

function once(file: string, version: 4 | 6, args: readonly string[]): IptablesReply | 'busy' {
  const done = spawnSync(file, args, {
    // One file serves all variants and looks at the name by which it was called.
    argv0: version === 4 ? 'iptables' : 'ip6tables',
    cwd: '/',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C' },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    timeout: timeLimitMs,
    killSignal: 'SIGKILL',
    maxBuffer: mostOutput,
  })
  if (done.error !== undefined) return { error: done.error.message }
  if (done.status === 0) return { output: done.stdout }
  if (done.status === heldByAnother && /lock|temporarily/i.test(done.stderr)) return 'busy'
  const said = done.stderr.split('\n').find(line => line.trim() !== '' && !line.startsWith('#'))
  return { error: said?.trim() ?? `it ended with status ${done.status ?? done.signal}` }
}
