import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { libc } from '../../native/libc.ts'

const seize = 0x4206n

test('a process that another one traces says by whom', { timeout: 20_000 }, async t => {
  // It ends by itself.
  const script = `import { OwnProcessWatch } from '${import.meta.dirname}/own-process-watch.ts'
    const watch = new OwnProcessWatch('/nothing')
    console.log('ready', JSON.stringify(watch.glance()))
    setInterval(() => console.log(JSON.stringify(watch.glance())), 100)
    setTimeout(() => process.exit(), 10_000)`
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script])
  t.after(() => child.kill('SIGKILL'))
  let said = ''
  child.stdout.setEncoding('utf8').on('data', text => {
    said += text
  })
  await once(child.stdout, 'data')
  assert.match(said, /^ready \[\]$/m)
  // ptrace(2), PTRACE_SEIZE: it goes on, and is freed when this process ends or the child does.
  const ptrace = libc('ptrace', 'int64', ['int64', 'int64', 'int64', 'int64'])
  const seized = Number(ptrace(seize, BigInt(child.pid ?? 0), 0n, 0n))
  if (seized !== 0) return t.skip('this machine lets nobody trace')
  for (const end = Date.now() + 5_000; Date.now() < end && !said.includes('traced'); )
    await new Promise(done => setTimeout(done, 50))
  assert.match(
    said,
    new RegExp(
      `"what":"traced","detail":"Another program reads and controls the agent \\(ptrace\\): .*\\(pid ${process.pid}\\)`,
    ),
  )
})
