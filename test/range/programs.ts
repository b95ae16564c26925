import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Behaviour, wallet } from '../../hosts/index.ts'
import { cacheDirectory, runHere } from './machine.ts'

const sources = resolve(import.meta.dirname, '../../hosts/programs')

/** The bytes of a look-alike of that behaviour. It ends by itself at `until` (milliseconds since 1970) at the latest. */
export function lookalike(behaviour: Behaviour, words: string, until: number): Buffer {
  const program = compiled('lookalike.c', ['-O1', '-static', '-pthread'])
  return Buffer.concat([
    readFileSync(program),
    Buffer.from(`\n${words}\n#davylamp-range-look-alike\n${settingsOf(behaviour, until)}#end00000000\n`),
  ])
}

/** A library for ld.so.preload that hides these names, and processes of these names, from programs that use the C library. */
export function hidingLibrary(name: 'hide-readdir' | 'hide-all', hides: readonly string[]): Buffer {
  const list = `-DHIDDEN="${hides.map(hidden => `${hidden}\\n`).join('')}"`
  return readFileSync(compiled(`${name}.c`, ['-O1', '-shared', '-fPIC', '-Wno-nonnull-compare', list]))
}

/** What a miner says to a pool when it comes and while it waits. */
const stratum: [string, string][] = [
  [
    'hello',
    `{"id":1,"jsonrpc":"2.0","method":"login","params":{"login":"${wallet}","pass":"x","agent":"XMRig/6.21.0 (Linux x86_64)","algo":["rx/0","cn/r"]}}`,
  ],
  ['again', '{"id":2,"jsonrpc":"2.0","method":"keepalived","params":{"id":"range"}}'],
]

/** Two letters for each byte, none of which is a digit of another word. */
function veiled([key, words]: [string, string]): [string, string] {
  const letters = [...Buffer.from(words)].map(byte => String.fromCharCode(97 + (byte >> 4), 97 + (byte & 15)))
  return [`veiled-${key}`, letters.join('')]
}

function settingsOf(behaviour: Behaviour, until: number): string {
  const end = behaviour.seconds === undefined ? until : Math.min(until, Date.now() + behaviour.seconds * 1000)
  const lines: [string, string | number | undefined][] = [
    ['leaves', behaviour.leaves],
    ['until', Math.floor(end / 1000)],
    ['burn', behaviour.burn],
    ['threads', behaviour.threads],
    ['pool', behaviour.pool],
    ['title', behaviour.title],
    ['stubborn', behaviour.stubborn && 1],
    ['once', behaviour.once],
    ['detach', behaviour.detach && 1],
    ...(behaviour.pool === undefined ? [] : behaviour.veiled ? stratum.map(veiled) : stratum),
    ['twin', behaviour.twin],
    ...(behaviour.keeps ?? []).map((path): [string, string] => ['keep', path]),
    ...(behaviour.keepsLines ?? []).map(({ path, text }): [string, string] => ['keepline', `${path}|${text}`]),
    ...(behaviour.keepsRunning ?? []).map((path): [string, string] => ['keeprunning', path]),
  ]
  return lines.map(([key, value]) => (value === undefined ? '' : `${key}=${value}\n`)).join('')
}

/** Compiled once per content and options, kept in the cache. */
function compiled(source: string, options: readonly string[]): string {
  const texts = ['lookalike.c', 'hide-readdir.c', 'hide-all.c'].map(name => readFileSync(join(sources, name), 'utf8'))
  const key = createHash('sha256')
    .update(JSON.stringify([source, options, texts]))
    .digest('hex')
    .slice(0, 16)
  const program = join(cacheDirectory, 'programs', `${source}-${key}`)
  if (existsSync(program)) return program
  mkdirSync(join(cacheDirectory, 'programs'), { recursive: true })
  const half = `${program}.${process.pid}.half`
  runHere(['gcc', ...options, '-o', half, join(sources, source)])
  renameSync(half, program)
  return program
}
