import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'

const module = JSON.stringify(join(import.meta.dirname, 'own-memory.ts'))

/** What a process of its own prints as JSON, in which nothing else happens. */
function told(body: string): Record<string, number> {
  const program = `
    import { readFileSync } from 'node:fs'
    import * as own from ${module}
    const mebibytes = name => Number(new RegExp('^' + name + ':\\\\s+(\\\\d+) kB', 'm').exec(readFileSync('/proc/self/smaps_rollup', 'latin1'))[1]) / 1024
    ${body}`
  const words = [
    '--expose-gc',
    '--disable-warning=ExperimentalWarning',
    '--input-type=module-typescript',
    '-e',
    program,
  ]
  const { stdout, stderr, status } = spawnSync(process.execPath, words, { encoding: 'utf8', timeout: 60_000 })
  assert.equal(status, 0, stderr)
  return JSON.parse(stdout) as Record<string, number>
}

test('garbage and pages that were needed to begin are given back, and everything goes on', () => {
  const {
    held = 0,
    kept = Number.POSITIVE_INFINITY,
    before = 0,
    after = 0,
    sum,
  } = told(`
    let blocks = Array.from({ length: 4_000 }, (_, at) => Buffer.alloc(16_384, at))
    const held = mebibytes('Anonymous')
    blocks = [blocks[7]]
    const before = mebibytes('Rss')
    own.tidyOwnMemory()
    const [kept, after] = [mebibytes('Anonymous'), mebibytes('Rss')]
    const sum = blocks[0].reduce((all, one) => all + one, 0) + JSON.parse('[1, 2]').length
    console.log(JSON.stringify({ held, kept, before, after, sum }))`)
  assert.equal(sum, 16_384 * 7 + 2)
  assert.ok(held - kept > 40, `${held} MiB, then ${kept}`)
  assert.ok(before - after > held - kept + 5, `${before} MiB, then ${after}`)
})

test('code that was locked stays when memory is tidied', { skip: process.getuid?.() !== 0 && 'needs root' }, () => {
  const { locked = 0, still = 0 } = told(`
    const code = () => readFileSync('/proc/self/smaps', 'latin1').split(/\\n(?=[0-9a-f]+-[0-9a-f]+ )/)
      .filter(one => / r-xp .*node\\n/.test(one)).reduce((all, one) => all + Number(/^Rss:\\s+(\\d+)/m.exec(one)[1]) / 1024, 0)
    own.useSmallPages()
    own.lockOwnCode()
    const locked = code()
    own.tidyOwnMemory()
    console.log(JSON.stringify({ locked, still: code() }))`)
  assert.ok(locked > 5, `${locked} MiB`)
  assert.ok(still >= locked, `${locked} MiB, then ${still}`)
})
