import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { libc } from '../native/libc.ts'
import { notifySystemd } from './systemd-notify.ts'

/** A unix datagram socket that listens, as systemd has one. */
function listen(path: string): { receive(): string | undefined; close(): void } {
  const descriptor = Number(libc('socket', 'int32', ['int32', 'int32', 'int32'])(1, 2, 0))
  const address = Buffer.concat([Buffer.from([1, 0]), Buffer.from(path.replace(/^@/, '\0'))])
  const bound = libc('bind', 'int32', ['int32', 'pointer', 'uint32'])(descriptor, address, address.length)
  assert.equal(Number(bound), 0)
  return {
    receive() {
      const buffer = Buffer.alloc(4_096)
      const size = libc('recv', 'int64', ['int32', 'pointer', 'uint64', 'int32'])(descriptor, buffer, 4_096n, 0x40)
      return Number(size) < 0 ? undefined : buffer.toString('utf8', 0, Number(size))
    },
    close: () => void libc('close', 'int32', ['int32'])(descriptor),
  }
}

test('systemd gets the datagram, by path and by abstract name', () => {
  const folder = mkdtempSync(join(tmpdir(), 'agent-notify-'))
  try {
    for (const path of [join(folder, 'notify'), `@davylamp-test-${process.pid}`]) {
      const socket = listen(path)
      assert.equal(notifySystemd(path, 'READY=1', 'STATUS=connected – ü'), true)
      assert.equal(socket.receive(), 'READY=1\nSTATUS=connected – ü')
      socket.close()
      assert.equal(notifySystemd(path, 'READY=1'), false)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})

for (const path of ['', 'relative', '/', `/${'x'.repeat(200)}`, '/nonexistent/socket'])
  test(`nobody listens at ${JSON.stringify(path.slice(0, 20))}`, () =>
    assert.equal(notifySystemd(path, 'READY=1'), false))
