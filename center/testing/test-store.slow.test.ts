import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { openTestStore } from './test-store.ts'
import { serverMissing, serverOfTests } from './test-server.ts'

const asked = process.env['DAVYLAMP_TEST_POSTGRES']

test('DAVYLAMP_TEST_POSTGRES=15 runs tests on 15', { skip: serverMissing(15) ?? false }, async () => {
  process.env['DAVYLAMP_TEST_POSTGRES'] = '15'
  const here = await openTestStore()
  try {
    const { rows } = await here.store.system(db => sql<{ server_version: string }>`SHOW server_version`.execute(db))
    assert.match(rows[0]?.server_version ?? '', /^15\./)
  } finally {
    await here.close()
    restore()
  }
})

test('another word in it is an error, not the embedded one in silence', () => {
  process.env['DAVYLAMP_TEST_POSTGRES'] = 'fifteen'
  try {
    assert.throws(serverOfTests, /it is "embedded" or 15/)
  } finally {
    restore()
  }
})

function restore(): void {
  if (asked === undefined) delete process.env['DAVYLAMP_TEST_POSTGRES']
  else process.env['DAVYLAMP_TEST_POSTGRES'] = asked
}
