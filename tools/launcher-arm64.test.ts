import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { arm64Emulator } from '../test/fetched-package.ts'
import { readElf } from './elf.ts'
import { mainFile, runtimeFolder } from './launch-settings.ts'
import { launcherForArm64 } from './launcher-arm64.ts'
import { launcherForX64 } from './launcher-x64.ts'
import { loaderName } from './own-runtime.ts'

const found = arm64Emulator()
const emulator = typeof found === 'string' ? '' : found.path
const skip =
  typeof found === 'string' ? found : process.arch === 'x64' ? false : 'compares with the launcher for x86-64'
let scratch = ''
let home = ''

before(() => {
  scratch = mkdtempSync(join(tmpdir(), 'davylamp-launcher-'))
  home = install('a place with spaces')
})
after(() => rmSync(scratch, { recursive: true, force: true }))

/**
 * Both launchers in a folder in which the loader is a script that shows with what it was started: emulation ends there. The emulator hands
 * on variables in another order.
 */
function install(name: string): string {
  const folder = join(scratch, name)
  mkdirSync(join(folder, runtimeFolder), { recursive: true })
  mkdirSync(join(folder, 'cli'))
  writeFileSync(
    join(folder, runtimeFolder, loaderName),
    '#!/bin/sh\n{ cat /proc/$$/cmdline; sort -z /proc/$$/environ; } | tr "\\0" "\\n"\n',
  )
  chmodSync(join(folder, runtimeFolder, loaderName), 0o755)
  writeFileSync(join(folder, runtimeFolder, 'node'), '')
  writeFileSync(join(folder, mainFile), '')
  for (const [file, content] of [
    ['x64', launcherForX64()],
    ['arm64', launcherForArm64()],
  ] as const)
    writeFileSync(join(folder, file), content, { mode: 0o755 })
  return folder
}

interface Ended {
  readonly status: number | null
  readonly out: string
  readonly err: string
}

/** What both say; names of the files themselves differ. */
function both(
  folder: string,
  words: readonly string[],
  env: Record<string, string> = {},
): { x64: Ended; arm64: Ended } {
  const ended = (program: string, all: readonly string[]): Ended => {
    const done = spawnSync(program, all, { encoding: 'utf8', env, cwd: '/', maxBuffer: 1 << 26 })
    return { status: done.status, out: done.stdout.replace(/\/arm64$/gm, '/x64'), err: done.stderr }
  }
  return {
    x64: ended(join(folder, 'x64'), words),
    arm64: ended(emulator, [join(folder, 'arm64'), ...words]),
  }
}

test('names no loader and no library, and suits pages of 64 KiB', () => {
  const file = join(scratch, 'launcher')
  const content = launcherForArm64()
  writeFileSync(file, content)
  assert.deepEqual(readElf(file), { machine: 'arm64', interpreter: undefined, needed: [] })
  assert.equal(content.readBigUInt64LE(64 + 48), 0x10000n)
})

test('starts the loader with the same words and the same environment as the one for x86-64', { skip }, () => {
  const hostile = {
    LD_PRELOAD: '/nowhere.so',
    NODE_OPTIONS: '--no-such-option',
    HOMES: 'x',
    HOM: 'x',
    TZ: '',
    TERM: 'a=b',
  }
  for (const [words, env] of [
    [[], {}],
    [['scan', '--root', '/a b', ''], { ...hostile, HOME: '/root', SSH_CONNECTION: '1 2 3 4', SUDO_USER: 'me' }],
  ] as const) {
    const { x64, arm64 } = both(home, words, env)
    assert.match(x64.out, /^--inhibit-cache\n--library-path\n/m)
    assert.deepEqual(arm64, x64)
  }
})

test('takes as many words and variables', { skip }, () => {
  const env = Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`HOME${index}`, 'x'.repeat(50)]))
  const words = Array.from({ length: 3000 }, () => 'x'.repeat(50))
  const { x64, arm64 } = both(home, words, { ...env, HOME: '/' })
  assert.ok(x64.out.length > 3000 * 50)
  assert.deepEqual(arm64, x64)
})

test('says the same of what is wrong', { skip }, () => {
  for (const name of ['a:b', 'a;b', 'a$b', `${'long/'.repeat(400)}end`]) {
    const { x64, arm64 } = both(install(name), ['--version'])
    assert.deepEqual(arm64, x64, name)
  }
  const broken = install('broken')
  rmSync(join(broken, mainFile))
  const { x64, arm64 } = both(broken, [])
  assert.match(x64.err, /^davylamp: missing: .*main\.js\ndavylamp: unpack/)
  assert.deepEqual(arm64, x64)
})
