import assert from 'node:assert/strict'
import { test } from 'node:test'
import { skip, told } from './testing/guarded-place.ts'

test('what may not start does not, what no gate sees is ended, by a run', { skip }, () => {
  const found = told(`
    const guard = open({})
    await ready(guard)
    const path = plant('kworker')
    copyFileSync('/bin/sleep', '/mnt/dynamic')
    appendFileSync('/mnt/dynamic', minerWords)
    writeFileSync('/mnt/run.sh', 'while :; do sleep 30; ./xmrig -o stratum+tcp://pool.minexmr.example:4444 -u ' + wallet + ' -p x --donate-level 1; done')
    const statuses = []
    for (const command of [
      path, 'mv /mnt/kworker /mnt/other; exec /mnt/other', 'ln /mnt/other /mnt/link; exec /mnt/link', 'ls /; tar --version', 'rm /mnt/link',
      fromMemory('/mnt/other'), fromMemory('/mnt/other'), 'exec /lib64/ld-linux-x86-64.so.2 /mnt/dynamic 30', 'exec sh /mnt/run.sh',
    ]) statuses.push(await tried(command))
    await wait(1_500)
    const state = guard.state()
    await guard.close()
    const runs = readdirSync('/mnt/state/runs')
    const entries = readFileSync('/mnt/state/runs/' + runs[0] + '/journal.jsonl', 'utf8').trim().split('\\n').map(line => JSON.parse(line).entry)
    const times = detections.map(one => one.responses[0].kind + ' ' + one.responses[0].afterMs)
    const outcomes = detections.map(one => one.responses[0].kind + ' ' + one.responses[0].outcome)
    console.log(JSON.stringify({ statuses, outcomes, times, state, runs: runs.length, entries, log }))
    process.exit()`)
  assert.deepEqual(
    found['statuses'],
    [126, 126, 126, 0, 0, 'SIGKILL', 'SIGKILL', 'SIGKILL', 'SIGKILL'],
    JSON.stringify(found),
  )
  assert.deepEqual(found['outcomes'], [
    ...['prevented done', 'prevented done', 'prevented done'],
    ...['kill-process done', 'kill-process done', 'kill-process done', 'kill-process done'],
  ])
  assert.equal((found['state'] as { killed: number }).killed, 4)
  assert.deepEqual(
    [found['runs'], (found['entries'] as string[]).slice(0, 4), (found['entries'] as string[]).at(-1)],
    [1, ['run', 'added', 'prepared', 'outcome'], 'ended'],
  )
  console.log(`in ms: ${(found['times'] as string[]).join(', ')}`)
})

test('who is stopped or killed holds up nobody and is back; what ran before is ended', { skip }, () => {
  const found = told(`
    const path = plant('kworker')
    const early = tried('exec ' + path)
    await wait(300)
    const guard = open({})
    await ready(guard)
    const results = [await early]
    for (const signal of ['STOP', 'KILL']) {
      copyFileSync('/bin/true', '/mnt/' + signal)
      const before = guardPid()
      const from = performance.now()
      results.push(await tried('kill -' + signal + ' ' + before + '; exec /mnt/' + signal))
      results.push(performance.now() - from < 2_000)
      while (guard.state().problem === undefined) await wait(10)
      await ready(guard)
      results.push(guardPid() !== before, await tried('exec ' + path) !== 0)
    }
    await guard.close()
    console.log(JSON.stringify({ results }))
    process.exit()`)
  assert.deepEqual(found['results'], ['SIGKILL', 0, true, true, true, 0, true, true, true])
})

test('a dry run tells and does nothing; a protected path is refused', { skip }, () => {
  const found = told(`
    const path = plant('kworker')
    const results = []
    for (const response of [{ dryRun: true }, { protect: { paths: ['/mnt/'] } }]) {
      const guard = open(response)
      await ready(guard)
      results.push(await tried('timeout 2 ' + path))
      await wait(1_500)
      results.push(detections.splice(0).map(one => one.responses[0].kind + ' ' + one.responses[0].outcome), guard.state().wouldHave, guard.state().killed)
      await guard.close()
    }
    console.log(JSON.stringify({ results, log }))
    process.exit()`)
  assert.deepEqual(found['results'], [...[124, ['kill-process would'], 1, 0], ...[124, ['prevented refused'], 1, 0]])
})

test('a program that is asked about no more and was changed by way of a memory map is ended', { skip }, () => {
  const found = told(`
    const guard = open({})
    await ready(guard)
    copyFileSync('/bin/sleep', '/mnt/quiet')
    appendFileSync('/mnt/quiet', Buffer.alloc(16_384))
    const results = [await tried('exec /mnt/quiet 0'), await tried('exec /mnt/quiet 0'), await tried('exec /mnt/quiet 0')]
    for (let turn = 0; guard.state().asked === 0 && turn < 100; turn++) await wait(100)
    const { asked } = guard.state()
    writeFileSync('/mnt/words', minerWords)
    const write = 'import mmap; f = open("/mnt/quiet", "r+b"); m = mmap.mmap(f.fileno(), 0); w = open("/mnt/words", "rb").read(); m[len(m) - len(w):] = w; m.close(); f.close()'
    writeFileSync('/mnt/write.py', write)
    results.push(await tried('python3 /mnt/write.py'), await tried('exec /mnt/quiet 30'))
    await wait(1_500)
    const outcomes = detections.map(one => one.responses[0].kind + ' ' + one.responses[0].outcome)
    const times = detections.map(one => one.responses[0].afterMs)
    const notAsked = guard.state().asked - asked
    await guard.close()
    console.log(JSON.stringify({ results, asked, notAsked, outcomes, times, log }))
    process.exit()`)
  assert.deepEqual(found['results'], [0, 0, 0, 0, 'SIGKILL'], JSON.stringify(found))
  assert.deepEqual(found['outcomes'], ['kill-process done'])
  // Once each: the program as it was. Nobody is asked about the one that was changed.
  assert.deepEqual([found['asked'], found['notAsked']], [1, 0])
  console.log(`in ms: ${(found['times'] as number[]).join(', ')}`)
})
