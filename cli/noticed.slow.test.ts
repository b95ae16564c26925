import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { scan as scanSchema } from '../model/index.ts'

const launcher = join(import.meta.dirname, '..', 'davylamp')
const skip = process.getuid?.() === 0 ? false : 'watching needs root'

test('a scan names the shells that started a program, although they ended long before it looked', { skip }, async t => {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-noticed-'))
  const look = join(folder, 'kdevtmpfsi')
  const state = join(folder, 'state')
  const notes = join(state, 'agent', 'detections.jsonl')
  copyFileSync('/bin/sleep', look)
  const watching = spawn(launcher, ['--state', state, 'watch'], { stdio: 'ignore' })
  const started: number[] = []
  t.after(() => {
    watching.kill('SIGKILL')
    for (const pid of started) if (commandOf(pid).startsWith(look)) process.kill(pid, 'SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  // Rules are made ready with the first start; both shells end at once, the program stays for a while.
  for (let tries = 0; tries < 60 && !(existsSync(notes) && readFileSync(notes, 'utf8').includes(look)); tries++) {
    const inner = `'${look}' 300 >/dev/null 2>&1 & echo $!`
    const { stdout } = spawnSync('/bin/sh', ['-c', `/bin/sh -c "${inner}"; :`], { encoding: 'utf8' })
    started.push(Number(stdout))
    await sleep(1_000)
  }
  const { stdout } = spawnSync(launcher, ['--state', state, '--json', 'scan'], {
    encoding: 'utf8',
    maxBuffer: 200_000_000,
  })
  const scan = scanSchema.parse(JSON.parse(stdout))
  const incident = scan.incidents.find(one => one.members.some(fact => fact.kind === 'process' && fact.path === look))
  assert.ok(incident, 'the program is in no incident')
  const said = incident.summary.find(one => one.startsWith('Noticed: '))
  assert.match(said ?? '', new RegExp(`→ sh → ${look}, [-\\d]+ [:\\d]+ UTC as it started`))
  const [noticed] = (incident.noticed ?? []).filter(one => one.subject.path === look)
  assert.deepEqual(
    noticed?.chain.slice(0, 2).map(one => [one.name, one.command?.includes(look)]),
    [
      ['sh', true],
      ['sh', true],
    ],
  )
  assert.ok(noticed?.facts.some(id => incident.members.some(one => one.id === id)))
})

/** A number that another program has by now is nobody's to end. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}
