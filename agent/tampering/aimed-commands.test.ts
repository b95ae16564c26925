import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { execEvent } from '../../model/index.ts'
import { AimedCommands } from './aimed-commands.ts'

const event = (...argv: string[]) =>
  execEvent.parse({
    kind: 'exec',
    at: '2026-11-22T12:00:00.000Z',
    pid: 900,
    user: 'mallory',
    argv,
    command: argv.join(' '),
    exeDeleted: false,
    exeInMemory: false,
    ancestors: [
      { pid: 800, name: 'bash' },
      { pid: 700, name: 'sshd' },
    ],
  })

for (const [argv, aimed] of [
  [['kill', '-9', '4242'], true],
  [['/usr/bin/kill', '4243'], false],
  [['pkill', '-f', 'davylamp'], true],
  [['killall', 'nginx'], false],
  [['gdb', '-p', '4242'], true],
  [['strace', '-p4242'], true],
  [['strace', 'ls'], false],
  [['systemctl', 'stop', 'davylamp-agent'], true],
  [['systemctl', 'status', 'davylamp-agent'], false],
  [['systemctl', 'stop', 'nginx'], false],
  [['vi', '/etc/davylamp/agent.yml'], false],
  [[], false],
] as const)
  test(`${argv.join(' ') || 'nothing'} is ${aimed ? '' : 'not '}aimed at the agent`, t => {
    const own = mkdtempSync(join(tmpdir(), 'agent-aimed-'))
    t.after(() => rmSync(own, { recursive: true }))
    new AimedCommands(own, 4_242).note(event(...argv))
    const next = new AimedCommands(own, 5_000)
    const words = `At 2026-11-22T12:00:00.000Z mallory ran: ${argv.join(' ')} (pid 900, started by bash < sshd).`
    assert.equal(next.take('2026-11-22T11:00:00.000Z'), aimed ? words : undefined)
    assert.equal(next.take('2026-11-22T11:00:00.000Z'), undefined, 'said once')
  })

test('what was aimed at an agent before the last one is no explanation', t => {
  const own = mkdtempSync(join(tmpdir(), 'agent-aimed-'))
  t.after(() => rmSync(own, { recursive: true }))
  new AimedCommands(own, 4_242).note(event('kill', '4242'))
  assert.equal(new AimedCommands(own).take('2026-11-22T12:30:00.000Z'), undefined)
})
