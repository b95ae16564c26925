import { bytesInWords } from '../bytes-in-words.ts'
import type { Step } from './progress.ts'

/** "10,000 of about 40,000 files, 1.2 GB, 2,000 files/s, about 15 s left" where contents are read, else "looking: 3 of 40". */
export function stepWords({ what, done, total, bytes, perSecond, secondsLeft }: Step): string {
  if (bytes === undefined) return total > 0 ? `${what}: ${grouped(done)} of ${grouped(total)}` : what
  const of = total > 0 ? ` of about ${grouped(total)}` : ''
  const rate = perSecond === undefined ? '' : `, ${grouped(Math.round(perSecond))} files/s`
  const left = secondsLeft === undefined ? '' : `, ${about(secondsLeft)} left`
  return `${what}: ${grouped(done)}${of} files, ${bytesInWords(bytes)}${rate}${left}`
}

function grouped(number: number): string {
  return number.toLocaleString('en-US')
}

function about(seconds: number): string {
  if (seconds < 60) return `about ${Math.max(1, Math.round(seconds))} s`
  if (seconds < 3_600) return `about ${Math.round(seconds / 60)} min`
  return `about ${(seconds / 3_600).toFixed(1)} h`
}
