import assert from 'node:assert/strict'
import { test } from 'node:test'
import { frameDocument } from './frame-document.ts'

test('styles in attributes become rules of one sheet with the nonce', () => {
  assert.equal(
    frameDocument('<html><head></head><body style="margin:0"><p style="color:#111">a</p></body></html>', 'abc+/='),
    '<html><head><style nonce="abc+/=">.s0{margin:0}.s1{color:#111}</style></head><body class="s0"><p class="s1">a</p></body></html>',
  )
})

test('nothing breaks out of the sheet, and text stays text', () => {
  const made = frameDocument(
    '<p style="x:y}</style><script>1</script>">&lt;p style=&quot;a&quot;&gt;</p>',
    '"><script>',
  )
  assert.ok(!made.includes('</style><script>'))
  assert.ok(made.startsWith('<style nonce="script">'))
  assert.ok(made.includes('&lt;p style=&quot;a&quot;&gt;'))
})
