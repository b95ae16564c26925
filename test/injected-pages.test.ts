import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { addInjectedLines } from '../collectors/index.ts'
import { compileContentRules, openContentScanner, ownNamespace } from '../detect/yara/index.ts'
import { applyEdits, prepareEdits, undoEdits } from '../remedies/line-edits.ts'
import { temporaryHost } from '../remedies/testing/temporary-host.ts'
import { factWith, ownRulesFolder } from '../rulebook/index.ts'
import { fromFact, memoryTarget } from '../target/index.ts'

const skip = process.getuid?.() === 0 ? false : 'needs root'
const sources = ['web-shells.yar', 'web-pages.yar'].map(file => ({
  file,
  namespace: ownNamespace,
  text: readFileSync(join(ownRulesFolder, 'yara', file), 'utf8'),
}))
const scanner = openContentScanner(compileContentRules({ own: sources }).compiled)
const own = "/** The site's own page. */\ndefine('USE_THEMES', true);\nrequire __DIR__ . '/blog-header.php';\n"
const page = [
  `<?php${' '.repeat(200)}eval(base64_decode('ZWNobyAxOw=='));?><?php\n`,
  own,
  '/*a1b2c*/\n@include "\\057va\\162/\\056x.ico";\n/*a1b2c*/\n',
  '?>\n<html><p>caf\u00e9</p>',
  "<script>document.write(unescape('%3C%73%63%72%69%70%74%3E'));</script>",
  '</html>\n',
].join('')
const mended = `<?php\n${own}?>\n<html><p>caf\u00e9</p></html>\n`

test('what was put into a page is found, taken out, and put back to the last byte', { skip }, async t => {
  const { root, host } = temporaryHost(t)
  const bytes = Buffer.from(page)
  writeFileSync(join(root, 'index.php'), bytes)
  const { matches } = scanner.scan(bytes, 'own', { path: '/index.php' })
  const fact = factWith({
    kind: 'file',
    type: 'file',
    ownership: 'unowned',
    path: '/index.php',
    size: bytes.length,
    matches: [...matches],
  })
  addInjectedLines(memoryTarget({ files: { '/index.php': bytes } }), [fact])
  assert.ok(fact.kind === 'file' && fact.injected !== undefined)
  // Last first, so that the numbers of the others stay true.
  const wanted = fact.injected.map(one => ({ ...one, text: fromFact(one.text, one.textBytes) })).reverse()
  const saved = await prepareEdits('/index.php', wanted, host)
  await applyEdits(saved, host)
  assert.equal(readFileSync(join(root, 'index.php'), 'utf8'), mended)
  assert.deepEqual(scanner.scan(Buffer.from(mended), 'own', { path: '/index.php' }).matches, [])
  await undoEdits(saved, host)
  const digest = (one: Buffer) => createHash('sha256').update(one).digest('hex')
  assert.equal(digest(readFileSync(join(root, 'index.php'))), digest(bytes))
})
