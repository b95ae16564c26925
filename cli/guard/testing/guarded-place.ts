import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

// A real guard in namespaces of its own: it holds one tmpfs and nothing of this machine, and sees the processes that are started there only.

const root = resolve(import.meta.dirname, '../../..')
const place = (path: string) => JSON.stringify(join(root, path))

function inOwnNamespaces(body: string) {
  const program = `
    import { execFileSync, spawn } from 'node:child_process'
    import { appendFileSync, chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
    import { openGuard } from ${place('agent/guard/guard.ts')}
    import { responseConfig } from ${place('model/wire/index.ts')}
    import { minerWords, wallet } from ${place('hosts/host-part.ts')}
    import { lookalike } from ${place('test/range/programs.ts')}
    const detections = []
    const log = []
    const open = response => openGuard({
      launcher: ${place('davylamp')}, state: '/mnt/state', mode: 'block', response: responseConfig.parse(response), only: ['/mnt'],
      onDetection: one => detections.push(one), log: line => log.push(line),
    })
    const wait = ms => new Promise(done => setTimeout(done, ms))
    const ready = async guard => {
      for (let turn = 0; guard.state().problem !== undefined; turn++, await wait(50))
        if (turn > 800) throw new Error(JSON.stringify([guard.state(), log]))
    }
    const plant = (name, more = '') => {
      writeFileSync('/mnt/' + name, lookalike({}, minerWords + more, Date.now() + 60_000))
      chmodSync('/mnt/' + name, 0o755)
      return '/mnt/' + name
    }
    const tried = command => new Promise(done => {
      const child = spawn('/bin/sh', ['-c', command], { stdio: 'ignore' })
      const late = setTimeout(() => child.kill('SIGTERM'), 15_000)
      child.on('exit', (code, signal) => (clearTimeout(late), done(signal ?? code)))
    })
    const guardPid = () => Number(readdirSync('/proc').find(name => {
      try {
        return /^[0-9]+$/.test(name) && readFileSync('/proc/' + name + '/cmdline', 'latin1').includes('agent\\0guard')
      } catch {
        return false
      }
    }))
    const fromMemory = path => \`exec perl -e 'my $n = "kworker"; my $fd = syscall(319, $n, 0); open(my $in, "<", "\${path}"); open(my $out, ">&=", $fd); binmode $out; { local $/; print {$out} <$in>; } $out->flush; close $in; exec {"/proc/self/fd/$fd"} "kworker"'\`
    ${body}`
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-keeping-'))
  try {
    writeFileSync(join(folder, 'program.mts'), program)
    const words = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--propagation', 'private']
    const shell = ['sh', '-c', 'mount -t tmpfs none /mnt && exec "$@"', 'sh']
    return spawnSync(
      'unshare',
      [...words, ...shell, process.execPath, ...process.execArgv, join(folder, 'program.mts')],
      { encoding: 'utf8', timeout: 180_000 },
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const can = spawnSync('unshare', ['--mount', '--pid', '--fork', '--mount-proc', 'true']).status === 0
export const skip = process.getuid?.() === 0 && can && process.arch === 'x64' ? false : 'needs root and namespaces'

/** What a program that ends with a line of JSON says there. Its guard holds /mnt, and its state is /mnt/state. */
export function told(body: string): Record<string, unknown> {
  const { stdout, stderr, status } = inOwnNamespaces(body)
  assert.equal(status, 0, stderr)
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>
}
