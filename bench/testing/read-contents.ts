import { openSync, readFileSync } from 'node:fs'
import { compileContentRules, readContents } from '../../detect/yara/index.ts'

// `read-contents.ts RULES[:RULES…] CACHE FOLDER…`: the part of a full scan that reads, by itself.
const [rulesFile = '', cache = '', ...directories] = process.argv.slice(2)
const own = rulesFile.split(':').map(file => ({ file, namespace: 'davylamp', text: readFileSync(file, 'utf8') }))
const { compiled } = compileContentRules({ own })
const read = await readContents({
  root: openSync('/', 'r'),
  directories,
  files: [],
  notInto: [],
  rules: { version: compiled.version, compiled: () => compiled },
  cache: { path: cache, read: true, write: true, whole: true },
})
console.log(JSON.stringify({ ...read.counts, found: read.found.length, missed: read.missed }))
