import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

const skip = process.getuid?.() === 0 ? false : 'needs root'

test('a disk says when it takes nothing, and why', { skip }, () => {
  const program = `
    import { execFileSync } from 'node:child_process'
    import { appendFileSync, rmSync } from 'node:fs'
    import { diskProblem } from ${JSON.stringify(new URL('disk-problem.ts', import.meta.url).pathname)}
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', '/mnt'])
    const said = [diskProblem('/mnt'), diskProblem('/mnt/nothing')]
    try {
      for (;;) appendFileSync('/mnt/fill', Buffer.alloc(4096))
    } catch {}
    said.push(diskProblem('/mnt'))
    rmSync('/mnt/fill')
    execFileSync('mount', ['-o', 'remount,ro', '/mnt'])
    said.push(diskProblem('/mnt'))
    console.log(JSON.stringify(said.map(one => one ?? 'fine')))`
  const words = ['--mount', '--propagation', 'private', process.execPath, ...process.execArgv]
  const { stdout, stderr } = spawnSync('unshare', [...words, '--input-type=module-typescript', '-e', program], {
    encoding: 'utf8',
    timeout: 60_000,
  })
  assert.notEqual(stdout, '', stderr)
  const said = JSON.parse(stdout) as string[]
  assert.deepEqual(said.slice(0, 2), ['fine', 'fine'])
  assert.match(said[2] ?? '', /^\/mnt takes nothing more \(no space is left\)/)
  assert.match(said[3] ?? '', /^\/mnt takes nothing more \(it is read-only\)/)
})
