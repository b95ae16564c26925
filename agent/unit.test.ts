import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hardening, unitText } from './unit.ts'

const line = (text: string, key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(text)?.[1]

test('the unit starts the package through its link, and lets the version before count the starts', () => {
  const text = unitText({
    program: '/opt/davylamp/current',
    previous: '/opt/davylamp/previous',
    state: '/var/lib/davylamp',
    config: '/etc/davylamp/agent.yml',
  })
  assert.equal(
    line(text, 'ExecStart'),
    `/opt/davylamp/current/davylamp --state /var/lib/davylamp agent run --config /etc/davylamp/agent.yml --notify-socket=$\{NOTIFY_SOCKET}`,
  )
  assert.equal(
    line(text, 'ExecStartPre'),
    '-/opt/davylamp/previous/davylamp --state /var/lib/davylamp agent before-start',
  )
  assert.equal(line(text, 'Restart'), 'always')
  assert.equal(/CPUQuota|MemoryMax|MemoryHigh/.test(text), false, 'whoever is to answer execs must not be throttled')
  assert.deepEqual(
    ['CPUWeight', 'LimitMEMLOCK', 'OOMScoreAdjust', 'Delegate'].map(key => line(text, key)),
    ['200', 'infinity', '-900', 'cpu io memory'],
  )
})

test('nothing of it hides the host from the agent, or keeps it from cleaning (docs/decisions/024-unit.md)', () => {
  const text = unitText({ program: '/p', state: '/s', config: '/c' })
  for (const one of hardening) assert.ok(text.includes(`\n${one}\n`), one)
  // Each of them is a mount, UTS or device namespace of its own, or takes away what a clean-up does.
  assert.doesNotMatch(
    text,
    /^(?:Private|Protect|ReadOnly|ReadWrite|Inaccessible|NoExec|Bind|Root|Temporary|MemoryDeny|NoNewPriv|RestrictSUID|Device)/m,
  )
})

test('odd letters mean nothing to systemd', () => {
  const text = unitText({ program: '/srv/a b%h', state: '/s$HOME"', config: '/c' })
  assert.equal(line(text, 'ExecStartPre'), undefined)
  assert.match(
    line(text, 'ExecStart') ?? '',
    /^"\/srv\/a b%%h\/davylamp" --state "\/s\$\$HOME\\"" agent run --config \/c --notify/,
  )
})
