import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MemoryFile } from '../../../target/index.ts'
import { memoryTarget } from '../../../target/index.ts'
import { surveyTarget } from '../survey-of.ts'
import { suspectPages } from './suspect-pages.ts'
import { webPagesOf } from './web-pages.ts'

const now = '2026-06-01T00:00:00Z'
const passwd = 'root:x:0:0::/root:/bin/sh\nwww-data:x:33:33::/var/www:/bin/sh\n'
const young: MemoryFile = { content: 'x', changed: '2026-05-20T00:00:00Z', modified: '2026-05-20T00:00:00Z' }
const old: MemoryFile = { ...young, changed: '2025-01-01T00:00:00Z', modified: '2025-01-01T00:00:00Z' }
const shell = "<?php @eval($_POST['x']);"

function surveyWith(files: Readonly<Record<string, string | Buffer | MemoryFile>>) {
  return surveyTarget(memoryTarget({ files: { '/etc/passwd': passwd, ...files }, now }))
}

const gapsOf = ({ target }: ReturnType<typeof surveyWith>) =>
  target.gaps.map(({ what }) => what).filter(what => what.includes('web roots'))

const pagesIn = (files: Readonly<Record<string, string | MemoryFile>>) =>
  webPagesOf(surveyWith(files)).pages.map(({ path }) => path.replace('/var/www/', ''))

test('pages among uploads come first, then young ones of the server, then others; old ones of people are left out', () =>
  assert.deepEqual(
    pagesIn({
      '/var/www/old.php': old,
      '/var/www/old-server.php': { ...old, uid: 33 },
      '/var/www/young.php': young,
      '/var/www/young-server.php': { ...young, uid: 33 },
      '/var/www/a.js': young,
      '/var/www/old.js': old,
      '/var/www/a.jpg': young,
      '/var/www/old.jpg': old,
      '/var/www/wp-content/uploads/x.phtml': old,
      '/var/www/readme.txt': young,
      '/var/www/empty.php': { ...young, content: '' },
    }),
    ['wp-content/uploads/x.phtml', 'young-server.php', 'young.php', 'a.js', 'old-server.php', 'a.jpg'],
  ))

test('a time that was set back helps nobody: the change of the inode counts', () =>
  assert.deepEqual(pagesIn({ '/var/www/a.php': { ...young, modified: '2019-01-01T00:00:00Z' } }), ['a.php']))

test('links to directories are followed once and not to the system; what developers keep beside their pages is not gone into', () =>
  assert.deepEqual(
    pagesIn({
      '/var/www/site/a.php': young,
      '/var/www/site/loop': { link: '/var/www' },
      '/var/www/site/link.php': { link: '/etc/passwd' },
      '/var/www/site/uploads': { link: '/data/site' },
      '/var/www/site/user-files': { link: '../site/uploads' },
      '/var/www/site/system': { link: '/etc' },
      '/data/site/up.php': young,
      '/data/site/back': { link: '/var/www/site' },
      '/etc/x.php': young,
      '/var/www/site/.git/x.php': young,
      '/var/www/site/node_modules/a/x.js': young,
      '/var/www/site/pipe.php': { type: 'fifo' },
    }),
    ['/data/site/up.php', 'site/a.php'],
  ))

test('more entries than a quick scan goes through are a gap, and the first of each root are seen', () => {
  const survey = surveyWith({
    '/srv/www/shell.php': young,
    ...Object.fromEntries(
      Array.from({ length: 61_000 }, (_, at) => [`/var/www/d${at % 50}/e/f${at}.txt`, { content: 'x' }]),
    ),
  })
  assert.deepEqual(
    webPagesOf(survey).pages.map(({ path }) => path),
    ['/srv/www/shell.php'],
  )
  assert.deepEqual(gapsOf(survey), ['pages of web roots'])
})

test('folders deeper than anybody makes them end', () => {
  const survey = surveyWith({ [`/var/www${'/d'.repeat(200)}/a.php`]: young })
  assert.deepEqual(webPagesOf(survey).pages, [])
  assert.deepEqual(gapsOf(survey), ['pages of web roots'])
})

test('words of a shell at the beginning and at the end of a large page; a scan that reads all asks for none', () => {
  const filler = `// ${'x'.repeat(2_000_000)}\n`
  const files = {
    '/var/www/begin.php': { ...young, content: `${shell}\n${filler}` },
    '/var/www/end.php': { ...young, content: `<?php\n${filler}${shell.slice(6)}` },
    '/var/www/none.php': { ...young, content: `<?php\n${filler}` },
    '/var/www/uploads/cat.gif': { ...young, content: `GIF89a;<?php system($_GET['c']); ?>` },
  }
  const survey = surveyWith(files)
  assert.deepEqual(suspectPages(survey).toSorted(), [
    '/var/www/begin.php',
    '/var/www/end.php',
    '/var/www/uploads/cat.gif',
  ])
  assert.deepEqual(suspectPages({ ...survey, readsAll: true }), [])
})

test('more than a quick scan reads is a gap with its number', () => {
  const content = `<?php\n// ${'x'.repeat(1_000_000)}`
  const survey = surveyWith(
    Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`/var/www/f${at}.php`, { ...young, content }])),
  )
  assert.deepEqual(suspectPages(survey), [])
  assert.deepEqual(gapsOf(survey), ['7 files of web roots'])
})
