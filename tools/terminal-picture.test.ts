import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

test('a recorded session becomes a picture of what stood on the screen in the end', () => {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-picture-'))
  try {
    const [recording, picture] = [join(folder, 'recording'), join(folder, 'picture.svg')]
    const session = [
      'before',
      '# scan',
      'looking (1 of 2)\r\u001b[2K\u001b[1m\u001b[31mBAD\u001b[39m\u001b[22m <a&b>',
      '# next',
    ]
    writeFileSync(recording, session.join('\r\n'))
    const tool = join(import.meta.dirname, 'terminal-picture.ts')
    const done = spawnSync(process.execPath, [tool, recording, picture, '--from', '# scan', '--to', '# next'])
    assert.equal(done.status, 0, String(done.stderr))
    const rows = [...readFileSync(picture, 'utf8').matchAll(/xml:space="preserve">(.*)<\/text>/g)].map(
      found => found[1],
    )
    assert.deepEqual(rows, ['# scan', '<tspan class="b r">BAD</tspan> &#60;a&#38;b&#62;'])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
