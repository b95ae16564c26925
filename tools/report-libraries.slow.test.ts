import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { centerLibraries } from './make-package.ts'
import { libraryFiles, programFiles } from './program-files.ts'

const root = join(import.meta.dirname, '..')

/** Runs in the folder that a package unpacks to: nothing of the checkout is in reach. */
const script = `
import { pdfOf } from './center/report/pdf/pdf.js'
import { layOut } from './center/story/layout.js'
const node = id => ({ id, kind: '进程', label: id, detail: '', role: 'member' })
const graph = layOut({ nodes: [node('a'), node('b')], edges: [{ from: 'a', to: 'b', reason: '启动' }], leftOut: 0 })
const blocks = [{ kind: 'graph', graph, alt: 'x' }]
const sections = [{ title: '日本語 – 中文 – Ελληνικά – Кириллица', blocks }]
const pdf = Buffer.from(await pdfOf({ language: 'ja', report: 'x', title: 'x', badges: [], sections, page: '{page}', footer: 'x', madeAt: new Date(0) }))
console.log(pdf.subarray(0, 5).toString(), [...new Set(pdf.toString('latin1').match(/NotoSans[A-Z]*/g))].sort().join(' '))
`

test('a center that was packaged has all that its reports are made with', t => {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-libraries-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const { files, libraries } = programFiles(root, 'cli/main.ts', [])
  for (const { path, content } of [...files, ...libraryFiles(root, centerLibraries(libraries))]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    if (content !== undefined) writeFileSync(join(folder, path), content)
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'script.js'), script)
  const done = spawnSync(process.execPath, ['script.js'], { cwd: folder, encoding: 'utf8' })
  assert.equal(done.status, 0, done.stderr)
  assert.equal(done.stdout, '%PDF- NotoSans NotoSansJP NotoSansSC\n')
})
