import { globSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readContents } from '../../detect/yara/index.ts'

// `read-listed.ts FOLDER LIST`: rules of others, compiled into files of FOLDER, over the files that LIST names, as a scan with them does it: in two
// threads, with what lies in archives and with hashes of programs.
const [folder = '', list = ''] = process.argv.slice(2)
const part = (name: string) => readFileSync(join(folder, name))
const { found, missed, counts } = await readContents({
  root: openSync('/', 'r'),
  directories: [],
  files: readFileSync(list, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map(path => ({ path })),
  notInto: [],
  which: 'foreign',
  threads: 2,
  rules: {
    version: '',
    compiled: () => ({
      version: '',
      files: part('files'),
      memory: part('memory'),
      foreign: globSync(join(folder, 'foreign-*'))
        .sort()
        .map(path => readFileSync(path)),
      rules: [],
    }),
  },
})
const matches = found.reduce((sum, one) => sum + one.matches.length, 0)
console.log(JSON.stringify({ bytes: counts.bytes, files: counts.files, matches, missed }))
