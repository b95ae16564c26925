import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { z } from 'zod'
import { root } from './locked-packages.ts'

const report = z.object({
  vulnerabilities: z.record(z.string(), z.object({ severity: z.string(), via: z.array(z.unknown()) })),
})

/** Vulnerabilities that were looked at and do not concern us: name of the package → why. */
const accepted: Readonly<Record<string, string>> = {}

test('no known vulnerability in what is shipped (npm audit)', t => {
  const { stdout, stderr } = spawnSync(
    'npm',
    ['audit', '--omit=dev', '--json', '--fetch-retries=0', '--fetch-timeout=20000'],
    {
      cwd: root,
      encoding: 'utf8',
      timeout: 60_000,
    },
  )
  const parsed = report.safeParse(jsonIn(stdout))
  if (!parsed.success) {
    const why = /^npm (?:error|warn) (?:audit )?(?!A complete log)(.*(?:\d{3}|E[A-Z]+|request|endpoint).*)$/m.exec(
      stderr,
    )?.[1]
    return t.skip(
      `the registry gives no advisories here: ${(why ?? 'no answer').replace(/https?:\/\/\S+/g, '').trim()}`,
    )
  }
  const found = Object.entries(parsed.data.vulnerabilities).filter(([name]) => !(name in accepted))
  assert.deepEqual(
    found.map(([name, { severity }]) => `${name}: ${severity}`),
    [],
    'Raise the version, or say in `accepted` why it does not concern us.',
  )
})

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
