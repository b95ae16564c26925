import { mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import type { TestContext } from 'node:test'

/** For tests: a socket that takes every call as systemd's private one does, and keeps what it heard. */
export async function fakeSystemd(test: TestContext, path: string): Promise<Buffer[]> {
  const heard: Buffer[] = []
  mkdirSync(dirname(path), { recursive: true })
  const server = createServer(socket => {
    let greeted = false
    socket.on('data', bytes => {
      heard.push(Buffer.from(bytes))
      socket.write(greeted ? reply(2, 1) : 'OK 0123\r\nAGREE_UNIX_FD\r\n')
      greeted = true
    })
    socket.on('error', () => {})
  })
  await new Promise<void>(resolve => server.listen(path, resolve))
  test.after(() => server.close())
  return heard
}

/** A D-Bus reply whose only field is REPLY_SERIAL. */
export function reply(type: number, to: number): Buffer {
  const message = Buffer.alloc(24)
  message.write('l')
  message[1] = type
  message[3] = 1
  message.writeUInt32LE(9, 8)
  message.writeUInt32LE(8, 12)
  Buffer.from([5, 1, 0x75, 0]).copy(message, 16)
  message.writeUInt32LE(to, 20)
  return message
}
