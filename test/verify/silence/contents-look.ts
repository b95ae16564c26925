import { closeSync, openSync } from 'node:fs'
import { readContents } from '../../../detect/yara/walk.ts'
import { openContentRules } from '../../../rulebook/content-rules.ts'
import { ownRulesFolder } from '../../../rulebook/index.ts'
import type { Look } from './look.ts'

/** Reads every file of the tree with every content rule of ours, whoever owns it: a scan would ask fewer rules about fewer files. */
export async function lookAtContents(name: string, tree: string): Promise<Look> {
  const { compiled } = await openContentRules(`${ownRulesFolder}/yara`, []).compiled()
  const heads = new Map(compiled.rules.map(rule => [rule.id, rule]))
  const root = openSync(tree, 'r')
  try {
    const { found, counts, missed } = await readContents({
      root,
      directories: ['/'],
      files: [],
      notInto: ['/proc', '/sys', '/dev', '/run'],
      rules: { version: 'silence', compiled: () => compiled },
    })
    const findings: Record<string, number> = {}
    const hints: Record<string, number> = {}
    const accusations: string[] = []
    for (const { path, matches } of found) {
      for (const { rule, words } of matches) {
        const head = heads.get(rule)
        if (head === undefined || head.silent) continue
        findings[head.level] = (findings[head.level] ?? 0) + 1
        if (['low', 'informational'].includes(head.level)) hints[head.title] = (hints[head.title] ?? 0) + 1
        else accusations.push(`${head.level}: ${head.title}: ${path} (${words.join(', ').slice(0, 200)})`)
      }
    }
    const seconds = Math.round(counts.seconds * 10) / 10
    const verdict = `${counts.files} files, ${Math.round(counts.bytes / 1e6)} MB read`
    return { name, seconds, verdict, findings, gaps: missed.length, accusations, hints }
  } finally {
    closeSync(root)
  }
}
