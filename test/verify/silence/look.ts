import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import type { SeenFact } from '../../range/expectations.ts'

const repository = join(import.meta.dirname, '../../..')
const levels = ['critical', 'high', 'medium', 'low', 'informational'] as const

export interface Scan {
  readonly durationMs: number
  readonly verdict: string
  readonly gaps: readonly { readonly what: string; readonly why: string }[]
  readonly findings: readonly {
    readonly level: string
    readonly rule: { readonly title: string }
    readonly because: string
    readonly fact: SeenFact
  }[]
  readonly incidents: readonly { readonly verdict: string; readonly title: string }[]
}

/** What one scan of a clean server said. */
export interface Look {
  readonly name: string
  readonly seconds: number
  readonly verdict: string
  readonly findings: Readonly<Record<string, number>>
  readonly gaps: number
  /** Every one of these is a fault of ours. */
  readonly accusations: readonly string[]
  /** What only supports other findings, by rule. */
  readonly hints: Readonly<Record<string, number>>
}

export function lookAtTree(name: string, root: string, state: string, args: readonly string[]): Look {
  const all = ['scan', '--json', '--no-save', ...args, '--root', root, '--state', state]
  const done = spawnSync(join(repository, 'davylamp'), all, { timeout: 3_600_000, maxBuffer: 512 << 20 })
  return summary(name, `${done.stdout}`, `${done.stderr}`)
}

export function summary(name: string, output: string, complaint: string): Look {
  const scan = parsed(name, output, complaint)
  const weighty = scan.findings.filter(({ level }) => !['low', 'informational'].includes(level))
  const hints: Record<string, number> = {}
  for (const { rule } of scan.findings.filter(one => !weighty.includes(one)))
    hints[rule.title] = (hints[rule.title] ?? 0) + 1
  const counted = levels.map(level => [level, scan.findings.filter(one => one.level === level).length] as const)
  return {
    name,
    seconds: Math.round(scan.durationMs / 100) / 10,
    verdict: scan.verdict,
    findings: Object.fromEntries(counted.filter(([, count]) => count > 0)),
    gaps: scan.gaps.length,
    accusations: [
      ...weighty.map(({ level, rule, because }) => `${level}: ${rule.title}: ${because}`),
      ...scan.incidents.map(({ verdict, title }) => `incident, ${verdict}: ${title}`),
    ],
    hints,
  }
}

function parsed(name: string, output: string, complaint: string): Scan {
  try {
    return JSON.parse(output) as Scan
  } catch {
    throw new Error(`${name}: no document: ${output.slice(0, 300)} ${complaint.slice(0, 2000)}`)
  }
}
