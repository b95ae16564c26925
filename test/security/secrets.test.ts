import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { type Suspect, suspectsIn } from './secret-patterns.ts'

const root = resolve(import.meta.dirname, '../..')

/**
 * What looks like a secret and is none, with the reason; without a file it may be anywhere. An entry that nothing needs any more is
 * an error too, so that the list does not grow into a hole.
 */
const known: readonly { readonly file?: string; readonly kind: string; readonly text: RegExp; readonly why: string }[] =
  [
    {
      kind: 'assigned secret',
      text: /^violet-harbour-93-anvil/,
      why: 'password of accounts that live as long as a test',
    },
  ]

/** All that would be committed. */
function filesOfRepository(): string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1_048_576,
  })
  return [...new Set(listed.split('\0').filter(Boolean))]
}

test('no secret lies in the repository', () => {
  const used = new Set<number>()
  const found: string[] = []
  for (const file of filesOfRepository()) {
    const text = textOf(file)
    if (text === undefined) continue
    for (const suspect of suspectsIn(file, text)) {
      const at = known.findIndex(
        one => (one.file ?? file) === file && one.kind === suspect.kind && one.text.test(suspect.text),
      )
      if (at < 0) found.push(`${file}:${suspect.line}: ${suspect.kind}: ${suspect.text}`)
      else used.add(at)
    }
  }
  assert.deepEqual(
    found,
    [],
    'If it is a secret: take it out and make it worthless. If it is none: say why in `known`.',
  )
  assert.deepEqual(
    known.filter((_, at) => !used.has(at)),
    [],
    'nothing needs these any more',
  )
})

/** Pictures and the like are not read; a file that is going away right now is not there. */
function textOf(file: string): string | undefined {
  try {
    const bytes = readFileSync(join(root, file))
    return bytes.includes(0) ? undefined : bytes.toString('utf8')
  } catch {
    return undefined
  }
}

/** The same letters each time, and no order in them. */
const bytes = Buffer.concat(['a', 'b', 'c', 'd'].map(one => createHash('sha512').update(one).digest()))
const letters = (count: number) =>
  bytes
    .toString('base64')
    .replace(/[^A-Za-z0-9]/g, '')
    .slice(0, count)
const urlText = bytes.subarray(0, 32).toString('base64url')

// Put together here, so that the scan of this file does not find them.
for (const [kind, text] of [
  ['private key', `${'-----BEGIN'} PRIVATE KEY-----\n${letters(64)}\n`],
  ['private key', `${'-----BEGIN'} OPENSSH PRIVATE KEY-----\n${letters(64)}\n`],
  ['cloud key', `key: ${'AK'}IA${letters(16).toUpperCase()}`],
  ['cloud key', `id = "${'LT'}AI5t${letters(18)}"`],
  ['token', `GITHUB=${'gh'}p_${letters(36)}`],
  ['token', `${'xo'}xb-123456789012-123456789012-${letters(24)}`],
  ['token', `davylamp${'_'}${urlText}`],
  ['token', `join --token dl${'-'}${urlText}`],
  ['token', `authorization: Bearer ${urlText}`],
  ['web token', `${'ey'}JhbGciOiJIUzI1NiJ9.${'ey'}JzdWIiOiIxIn0.${letters(43)}`],
  ['master key', `davylamp-master-key-1:${urlText}`],
  ['password in an address', `postgres://davylamp:${letters(20)}@db.internal.corp/davylamp`],
  ['assigned secret', `const password = '${bytes.toString('base64', 0, 18)}'`],
  ['assigned secret', `  client_secret: ${bytes.toString('hex', 0, 24)}`],
  ['assigned secret', `API_KEY="${bytes.toString('base64url', 0, 24)}"`],
] as const)
  test(`it would be found: ${kind} in ${text.slice(0, 20).trim()}…`, () =>
    assert.ok(
      suspectsIn('deploy.yml', text).some(one => one.kind === kind),
      JSON.stringify(suspectsIn('deploy.yml', text)),
    ))

for (const text of [
  'const secret = newSecret()',
  'password: process.env.PASSWORD',
  'postgres://login:password@host/database',
  'https://example.com/a@b',
  ['`-----BEGIN PRIVATE KEY-----\\n', '{pkcs8}\\n`'].join('$'),
  `sha256: ${'0123456789abcdef'.repeat(4)}`,
  '--token dl-…',
])
  test(`it is none: ${text.slice(0, 40)}`, () => assert.deepEqual(suspectsIn('a.ts', text) satisfies Suspect[], []))
