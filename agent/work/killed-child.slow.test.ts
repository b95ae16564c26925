import assert from 'node:assert/strict'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { OrderAction } from '../../model/wire/index.ts'
import { infectedHost } from '../orders/testing/infected-host.ts'
import { readJson } from '../own-files.ts'
import { startTimeOf } from './process-stat.ts'
import { makeWorker } from './index.ts'

const never = new AbortController().signal

for (const entries of [1, 4, 9])
  test(`a child that is killed after ${entries} entries of its journal: the run goes on, once`, async t => {
    const host = infectedHost(t)
    const worker = makeWorker(host.surroundings, { root: host.root, watchedFiles: [] })
    t.after(() => worker.stop())
    const { incidents } = await worker.look('quick', never)
    const action: OrderAction = {
      kind: 'clean',
      incident: incidents[0]?.id ?? '',
      handling: 'in-depth',
      watchSeconds: 0,
    }
    const signed = host.center.order(action)
    await worker.take(signed)
    const killer = setInterval(() => {
      const [run] = existsSync(join(host.state, 'runs')) ? readdirSync(join(host.state, 'runs')) : []
      const journal = join(host.state, 'runs', run ?? '', 'journal.jsonl')
      if (run === undefined || !existsSync(journal)) return
      if (readFileSync(journal, 'utf8').split('\n').length <= entries) return
      clearInterval(killer)
      const { pid, startTime } = readJson(join(host.state, 'agent', 'child.json')) ?? {}
      if (typeof pid === 'number' && startTimeOf(pid) === startTime) process.kill(pid, 'SIGKILL')
    }, 1)
    t.after(() => clearInterval(killer))
    await worker.carryOut(signed.order.id, never)
    const told = host.reports.flatMap(one => (one.kind === 'order' && one.order === signed.order.id ? [one] : []))
    assert.equal(told.at(-1)?.state, 'done', host.log.join('\n'))
    assert.match(host.log.join('\n'), /was killed; it goes on/)
    assert.equal(readdirSync(join(host.state, 'runs')).length, 1)
    assert.equal(existsSync(join(host.root, '/tmp/.x')), false)
    assert.equal(readFileSync(join(host.root, '/var/spool/cron/crontabs/root'), 'utf8'), '0 3 * * * /usr/bin/true\n')
    assert.equal(readFileSync(join(host.root, '/srv/data/ledger.csv'), 'utf8'), 'a,b\n1,2\n')
  })
