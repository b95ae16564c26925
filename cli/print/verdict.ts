import type { Finding, Scan, Verdict } from '../../model/index.ts'
import { styled } from './page.ts'

/** A verdict as people see it. */
export function verdictWord(verdict: Verdict | Scan['verdict']): string {
  switch (verdict) {
    case 'confirmed':
      return styled('CONFIRMED', 'strong', 'red')
    case 'suspected':
      return styled('SUSPECTED', 'strong', 'yellow')
    case 'exposure':
      return styled('EXPOSED', 'strong', 'yellow')
    case 'nothing':
      return styled('NOTHING FOUND', 'strong', 'green')
  }
}

export function levelWord(level: Finding['level']): string {
  if (level === 'critical' || level === 'high') return styled(level, 'red')
  return level === 'medium' ? styled(level, 'yellow') : styled(level, 'dim')
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`
}

/** Enough of an id to name it; commands take a prefix. */
export function short(id: string): string {
  return id.slice(0, 8)
}
