import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs'
import { openContentScanner } from '../detect/yara/index.ts'
import type { CompiledContentRules } from '../detect/yara/content-scanner.ts'

// One thread's work of `npm run bench contents`, on its own so that its processor time is known. It is told where compiled rules and the
// list of files are, and prints what it found and the processor time of scanning alone.

const [folder = '', list = '', kind = 'files'] = process.argv.slice(2)
const part = (name: string) => readFileSync(`${folder}/${name}`)
const compiled: CompiledContentRules = {
  version: '',
  files: part('files'),
  memory: part('memory'),
  foreign: [],
  rules: [],
}
const scanner = openContentScanner(compiled, { for: kind === 'memory' ? 'memory' : 'files', archives: false })
const paths = readFileSync(list, 'utf8').split('\n').filter(Boolean)
// The first look opens the rules.
scanner.scan(Buffer.from('x'))
const before = process.cpuUsage()
let bytes = 0
let matches = 0
if (kind === 'memory') for (const piece of pieces()) look(piece)
else
  for (const path of paths) {
    const descriptor = openSync(path, 'r')
    const size = statSync(path).size
    matches += scanner.scanFile(descriptor, size).matches.length
    bytes += size
    closeSync(descriptor)
  }
const { user, system } = process.cpuUsage(before)
console.log(JSON.stringify({ bytes, matches, cpuSeconds: (user + system) / 1e6 }))

function look(piece: Uint8Array): void {
  matches += scanner.scan(piece).matches.length
  bytes += piece.length
}

/** Memory is handed over in pieces of a few megabytes; here they are programs and libraries, read before the clock runs. */
function pieces(): Uint8Array[] {
  const all: Uint8Array[] = []
  for (const path of paths) {
    const piece = new Uint8Array(2 * 1024 * 1024)
    const descriptor = openSync(path, 'r')
    const length = readSync(descriptor, piece, 0, piece.length, 0)
    closeSync(descriptor)
    all.push(piece.subarray(0, length))
  }
  // Reading was not the work that is measured.
  Object.assign(before, process.cpuUsage())
  return Array.from({ length: 4 }, () => all).flat()
}
