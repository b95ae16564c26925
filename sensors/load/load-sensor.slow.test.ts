import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { test } from 'node:test'
import { type LoadEvent, loadEvent } from '../../model/index.ts'
import { startLoadSensor } from './load-sensor.ts'

test('a program that keeps a core busy is told, and what it took is kept for the next one', async t => {
  const burner = spawn(process.execPath, [
    '-e',
    'setTimeout(() => process.exit(), 15000); setInterval(() => { const end = Date.now() + 95; while (Date.now() < end); }, 100)',
  ])
  t.after(() => burner.kill())
  const events: LoadEvent[] = []
  const options = {
    everyMs: 400,
    limits: { busyPercent: 15, toldAfterSeconds: 1 },
    bootId: 'a',
    onEvents: (some: readonly LoadEvent[]) => void events.push(...some),
  }
  const sensor = startLoadSensor(options)
  for (let turns = 0; turns < 100 && !events.some(one => one.pid === burner.pid); turns++)
    await new Promise(resolve => setTimeout(resolve, 100))
  const kept = sensor.kept()
  sensor.close()
  const told = events.find(one => one.pid === burner.pid)
  assert.ok(told !== undefined, JSON.stringify(events))
  assert.ok(told.busySeconds >= 1 && told.cpuSeconds > 0)
  for (const one of events) loadEvent.parse(one)
  assert.ok(kept.processes.some(([key]) => key.startsWith(`${burner.pid}:`)))
  const next = startLoadSensor({ ...options, kept })
  assert.ok(next.kept().processes.some(([key]) => key.startsWith(`${burner.pid}:`)))
  next.close()
  const other = startLoadSensor({ ...options, bootId: 'b', kept })
  assert.deepEqual(other.kept().processes, [])
  other.close()
})
