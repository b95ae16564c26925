import assert from 'node:assert/strict'
import { test } from 'node:test'
import { availableIn, installedIn, packagesIn } from './install-packages.ts'

test('a list with reasons behind the names', () => {
  assert.deepEqual(packagesIn('# tests use\ngcc\n\n  acl   # rights\n#rpm\n'), ['gcc', 'acl'])
})

test('what is installed whole, not what left its configuration behind', () => {
  assert.deepEqual(
    installedIn('gcc installed\nrpm config-files\nacl not-installed\nlibc6 installed\n'),
    new Set(['gcc', 'libc6']),
  )
})

const policy = `chromium:
  Installed: (none)
  Candidate: 150.0.7871.100-1~deb12u1
  Version table:
     150.0.7871.100-1~deb12u1 500
        500 http://deb.debian.org/debian bookworm/main amd64 Packages
postgresql-15:
  Installed: (none)
  Candidate: (none)
  Version table:
g++:
  Installed: 4:12.2.0-3
  Candidate: 4:12.2.0-3
  Version table:
 *** 4:12.2.0-3 500
`

test('what the release has: neither a name without a candidate nor one that apt never heard', () => {
  assert.deepEqual(availableIn(policy), new Set(['chromium', 'g++']))
  assert.deepEqual(availableIn(''), new Set())
})
