import { openSync, readFileSync } from 'node:fs'
import { compileContentRules, contentVersion, keepRules, keptRules, readContents } from '../../detect/yara/index.ts'

// `read-contents.ts RULES[:RULES…] CACHE FOLDER…`: the part of a full scan that reads, by itself. Compiled rules are kept as a scan keeps them.
const [rulesFile = '', cache = '', ...directories] = process.argv.slice(2)
const own = rulesFile.split(':').map(file => ({ file, namespace: 'davylamp', text: readFileSync(file, 'utf8') }))
const kept = `${cache}.rules`
const version = contentVersion(own)
const read = await readContents({
  root: openSync('/', 'r'),
  directories,
  files: [],
  notInto: [],
  rules: { version, compiled },
  cache: { path: cache, read: true, write: true, whole: true },
})
console.log(JSON.stringify({ ...read.counts, found: read.found.length, missed: read.missed }))

function compiled() {
  const before = keptRules(kept, version)
  if (before !== undefined) return before.compiled
  const content = compileContentRules({ own })
  keepRules(kept, content)
  return content.compiled
}
