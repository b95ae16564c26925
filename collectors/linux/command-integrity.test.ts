import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { type MemoryFile, memoryTarget } from '../../target/index.ts'
import { collectFacts } from '../collect.ts'
import { commandIntegrity } from './command-integrity.ts'

const md5 = (text: string) => createHash('md5').update(text).digest('hex')
const wrapper = '#!/bin/bash\nps.original $@ | grep -v "miner"\n'
const listed = ['ps', 'top', 'curl', 'chattr', 'ls', 'crontab']

const clean: Record<string, string | MemoryFile> = {
  '/etc/passwd': 'root:x:0:0::/root:/bin/bash\n',
  '/bin': { link: 'usr/bin' },
  '/var/lib/dpkg/status': 'Package: tools\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n',
  '/var/lib/dpkg/info/tools.list': listed.map(name => `/bin/${name}\n`).join(''),
  '/var/lib/dpkg/info/tools.md5sums': listed.map(name => `${md5(`\x7fELF ${name}`)}  bin/${name}\n`).join(''),
  ...Object.fromEntries(listed.map(name => [`/usr/bin/${name}`, { content: `\x7fELF ${name}`, mode: 0o755 }])),
  '/usr/bin/local': { content: '#!/bin/sh\n', mode: 0o755 },
}

async function found(files: Record<string, string | MemoryFile>): Promise<string[]> {
  const { facts } = await collectFacts(memoryTarget({ files }), [commandIntegrity])
  return facts.map(fact => {
    assert.ok(fact.kind === 'command-integrity')
    const originals = fact.originals.map(({ path, agrees }) => `${path}${agrees ? ' (agrees)' : ''}`)
    return [fact.state, fact.path, fact.form, fact.ownership, ...originals].join(' ')
  })
}

const without = (...paths: string[]) =>
  Object.fromEntries(Object.entries(clean).filter(([path]) => !paths.includes(path)))

for (const [name, files, expected] of [
  ['a clean host says nothing', clean, []],
  [
    'a wrapper and its original',
    { ...clean, '/usr/bin/ps': { content: wrapper, mode: 0o755 }, '/usr/bin/ps.original': '\x7fELF ps' },
    ['replaced /usr/bin/ps script modified /usr/bin/ps.original (agrees)'],
  ],
  [
    'a wrapper whose original is another program',
    { ...clean, '/usr/bin/ps': { content: wrapper, mode: 0o755 }, '/usr/bin/ps.lanigiro': '\x7fELF not ps' },
    ['replaced /usr/bin/ps script modified /usr/bin/ps.lanigiro'],
  ],
  [
    'a command under another name',
    { ...without('/usr/bin/curl'), '/usr/bin/cd1': { content: '\x7fELF curl', mode: 0o755 } },
    ['missing /usr/bin/curl other modified /usr/bin/cd1 (agrees)'],
  ],
  ['a command that is gone', without('/usr/bin/chattr'), ['missing /usr/bin/chattr other modified']],
  [
    'a command nobody may run',
    { ...clean, '/usr/bin/ls': { content: '\x7fELF ls', mode: 0o644 } },
    ['not-executable /usr/bin/ls elf owned'],
  ],
  [
    'another program earlier in PATH',
    { ...clean, '/root/.local/bin/crontab': { content: '\x7fELF x', mode: 0o755 } },
    ['shadowed /root/.local/bin/crontab elf unowned'],
  ],
  [
    'a wrapper earlier in PATH',
    { ...clean, '/usr/local/bin/ps': { content: wrapper, mode: 0o755 } },
    ['replaced /usr/local/bin/ps script unowned'],
  ],
  [
    'a wrapper where no package database is',
    {
      '/usr/bin/ps': { content: wrapper, mode: 0o755 },
      '/usr/bin/ps.original': '\x7fELF ps',
      '/usr/bin/ls': '\x7fELF ls',
    },
    ['replaced /usr/bin/ps script unknown /usr/bin/ps.original'],
  ],
] as const) {
  test(name, async () => assert.deepEqual(await found(files), expected))
}
