import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { grantsIn } from './grants.ts'

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKMGb6DFeptnvPx8Ayp6iZg3isrhcU50OhS11tEOj/ka'

for (const [text, expected] of [
  [`echo '${key} x@y' >> ~/.ssh/authorized_keys`, ['SHA256:1']],
  ['useradd -m -s /bin/bash -G sudo metrics', ['account:metrics']],
  ['/x; useradd -o -u 0 twin >/dev/null 2>&1', ['account:twin']],
  ["useradd -c 'a b' -p '$6$x' ops && echo", ['account:ops']],
  ['adduser --system --group svc', []],
  ['useradd "$NAME"', []],
  ['# see useradd(8)', []],
  ['ssh-rsa AAAA', []],
] as const)
  test(text.slice(0, 60), () =>
    assert.deepEqual(
      grantsIn(text).map(one => one.replace(/^SHA256:.*/, 'SHA256:1')),
      expected,
    ),
  )

test('no text stops it', () => {
  const part = fc.oneof(fc.constantFrom('useradd ', '-m ', key, ' ', "'", '\n', '>', 'adduser'), fc.string())
  fc.assert(
    fc.property(fc.array(part, { maxLength: 40 }), parts => grantsIn(parts.join('')).length <= 20),
    { numRuns: 200 },
  )
})
