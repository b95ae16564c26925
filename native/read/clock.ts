import { checked, lazily } from './system-call.ts'

const clockGettime = lazily('clock_gettime', 'int32', ['int32', 'pointer'])
const bootTime = 7
const answer = Buffer.alloc(64)

/** Milliseconds since boot, time in suspend included (CLOCK_BOOTTIME, clock_gettime(2)). */
export function bootClockMs(): number {
  checked('clock_gettime', clockGettime(bootTime, answer))
  return Number(answer.readBigInt64LE(0)) * 1000 + Number(answer.readBigInt64LE(8)) / 1e6
}
