import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AuditEntry } from '../../../model/api/index.ts'
import { csv, listFile } from '../../parts/list-file.ts'
import { auditColumns } from './audit-file.ts'

const entry: AuditEntry = {
  sequence: 7,
  at: '2026-01-02T03:04:05Z',
  actor: { kind: 'user', id: 'u', name: '=cmd("x")' },
  address: '192.0.2.1',
  action: 'user.created',
  object: { kind: 'user', id: 'v' },
  detail: { name: 'a, b\n"c"' },
  request: '',
  hash: 'ff',
}

test('a spreadsheet gets text, and no formula', () => {
  assert.equal(
    csv([entry], auditColumns),
    '\ufeffsequence,at,actor_kind,actor,address,action,object_kind,object,detail,request,hash\r\n' +
      `7,2026-01-02T03:04:05Z,user,"'=cmd(""x"")",192.0.2.1,user.created,user,v,"{""name"":""a, b\\n\\""c\\""""}",,ff\r\n`,
  )
})

test('a program gets an entry a line', async () => {
  const text = await listFile([entry, entry], auditColumns, 'jsonl').text()
  assert.deepEqual(
    text
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line)),
    [entry, entry],
  )
})
