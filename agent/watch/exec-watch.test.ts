import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import type { ExecEvent } from '../../model/index.ts'
import { ExecWatch } from './exec-watch.ts'
import type { Looks } from './looks.ts'

test('what runs from our folder is ours, and not what only bears such a name', async t => {
  const own = realpathSync(process.execPath)
  const heard: (string | undefined)[] = []
  const looks = { judge: () => [], turns: { add: () => true } } as unknown as Looks
  const watch = new ExecWatch({ looks, proc: '/proc', program: dirname(own), onExec: one => heard.push(one.path) })
  // Started by somebody else than us, as far as its event tells.
  const child = spawn(own, ['-e', 'console.log(1); setTimeout(() => {}, 60_000)'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  t.after(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  const started = (path: string) =>
    watch.hear({
      kind: 'exec',
      pid: child.pid,
      path,
      command: path,
      argv: [path],
      ancestors: [],
    } as unknown as ExecEvent)
  for (const path of [own, join(dirname(own), 'xmrig'), '/tmp/xmrig']) started(path)
  assert.deepEqual(heard, [join(dirname(own), 'xmrig'), '/tmp/xmrig'])
  watch.close()
})
