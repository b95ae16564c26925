import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Jobs } from './jobs.ts'
import { JobStopped } from './ports.ts'

function scene() {
  const done: string[] = []
  const jobs = new Jobs(() => {})
  /** Ends when it is told to stop, or when `finish` is called. */
  const lasting = (name: string) => {
    const end = Promise.withResolvers<void>()
    const work = async (signal: AbortSignal) => {
      done.push(`${name} begins`)
      const stopped = () => end.reject(signal.reason)
      signal.addEventListener('abort', stopped, { once: true })
      await end.promise.finally(() => signal.removeEventListener('abort', stopped))
      done.push(`${name} ends`)
    }
    return { work, finish: () => end.resolve() }
  }
  const short = (name: string) => async () => void done.push(name)
  return { done, jobs, lasting, short }
}

test('what takes long waits for all else, gives way to it, and goes on afterwards', async () => {
  const { done, jobs, lasting, short } = scene()
  jobs.add('first', short('first'))
  let times = 0
  const second = Promise.withResolvers<void>()
  jobs.add(
    'long',
    async signal => {
      done.push(`long ${++times}`)
      if (times > 1) return second.resolve()
      await lasting('never').work(signal)
    },
    'long',
  )
  jobs.add('other long', short('other long'), 'long')
  jobs.add('second', short('second'))
  await until(() => jobs.doing === 'long')
  assert.equal(jobs.busy, false)
  jobs.add('long', short('the same once more'), 'long')
  jobs.add('urgent', short('urgent'), 'first')
  assert.equal(jobs.doing, 'long')
  await second.promise
  await jobs.idle()
  assert.deepEqual(done, ['first', 'second', 'long 1', 'never begins', 'urgent', 'long 2', 'other long'])
})

test('what is short is not interrupted; when the agent ends all is, and nothing begins again', async () => {
  const { done, jobs, lasting, short } = scene()
  const change = lasting('change')
  jobs.add('change', change.work)
  await until(() => jobs.busy)
  jobs.add('urgent', short('urgent'), 'first')
  change.finish()
  await jobs.idle()
  assert.deepEqual(done, ['change begins', 'change ends', 'urgent'])
  jobs.add('long', lasting('long').work, 'long')
  await until(() => jobs.doing === 'long')
  jobs.stop()
  await jobs.idle()
  jobs.add('late', short('late'))
  assert.deepEqual(done.slice(3), ['long begins'])
})

test('a long job that stops by itself is not begun again', async () => {
  const { done, jobs } = scene()
  const stops = async () => {
    done.push('long')
    throw new JobStopped('cancelled')
  }
  jobs.add('long', stops, 'long')
  await jobs.idle()
  assert.deepEqual(done, ['long'])
})

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(setImmediate)
}
