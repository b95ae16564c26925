import { writeSync } from 'node:fs'
import { Spool } from '../spool.ts'

// Child of spool.slow.test.ts: appends and acknowledges until it is killed, and says on standard output what it was promised.
const spool = new Spool({ path: process.argv[2] ?? '', mostBytes: 1e9 })
let through = Number(process.argv[3] ?? 0)
for (;;) {
  const sequence = spool.append({ kind: 'tampering', what: 'test', detail: 'x'.repeat(200) })
  writeSync(1, `a ${sequence}\n`)
  if (sequence % 20 !== 0) continue
  through = sequence - 10
  writeSync(1, `b ${through}\n`)
  spool.acknowledged(through)
  writeSync(1, `d ${through}\n`)
}
