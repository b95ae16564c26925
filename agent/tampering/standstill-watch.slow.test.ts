import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'

test('a process that was really stopped', { timeout: 20_000 }, async () => {
  // With shorter times; it ends by itself.
  const script = `import { readClocks, StandstillWatch } from '${import.meta.dirname}/standstill-watch.ts'
    const watch = new StandstillWatch(-9, readClocks())
    console.log('ready')
    setInterval(() => console.log(JSON.stringify(watch.tick())), 200)
    setTimeout(() => process.exit(), 10_000)`
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script])
  let said = ''
  child.stdout.setEncoding('utf8').on('data', text => {
    said += text
  })
  await once(child.stdout, 'data')
  child.kill('SIGSTOP')
  await new Promise(done => setTimeout(done, 1_800))
  child.kill('SIGCONT')
  for (const end = Date.now() + 5_000; Date.now() < end && !said.includes('stood-still'); )
    await new Promise(done => setTimeout(done, 50))
  child.kill('SIGKILL')
  assert.match(said, /The agent stood still for \d+ seconds while this host was awake/)
})
