import { createConnection } from 'node:net'

/**
 * Calls a method of org.freedesktop.systemd1.Manager over systemd's private socket: D-Bus wire format without a bus daemon,
 * so no Hello is needed. All arguments are strings. Throws what systemd answers.
 */
export async function callSystemd(
  socketPath: string,
  method: string,
  values: readonly string[] = [],
  { timeoutMs = 30_000, uid = 0 } = {},
): Promise<void> {
  const socket = createConnection(socketPath)
  const read = reader(socket, timeoutMs)
  try {
    const hexUid = Buffer.from(String(uid)).toString('hex')
    socket.write(`\0AUTH EXTERNAL ${hexUid}\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n`)
    const answer = await read(bytes => lineEnd(bytes))
    if (!answer.toString('latin1').startsWith('OK')) throw new Error(`systemd refused the login: ${answer.toString()}`)
    await read(bytes => lineEnd(bytes))
    socket.write(methodCall(method, values))
    for (;;) {
      const message = await read(messageEnd)
      const reply = replyOf(message)
      if (reply.to !== callSerial) continue
      if (reply.error !== undefined) throw new Error(`systemd ${method}: ${reply.error}`)
      return
    }
  } finally {
    socket.destroy()
  }
}

const callSerial = 1

/** Messages of the D-Bus specification, little-endian. */
export function methodCall(method: string, values: readonly string[]): Buffer {
  let body = Buffer.alloc(0)
  for (const value of values) body = Buffer.concat([body, padding(body.length, 4), text(value)])
  const fields: [number, string, string][] = [
    [1, 'o', '/org/freedesktop/systemd1'],
    [2, 's', 'org.freedesktop.systemd1.Manager'],
    [3, 's', method],
    [6, 's', 'org.freedesktop.systemd1'],
    ...(values.length > 0 ? ([[8, 'g', 's'.repeat(values.length)]] as [number, string, string][]) : []),
  ]
  let list = Buffer.alloc(0)
  for (const [code, type, value] of fields) {
    const content = type === 'g' ? Buffer.from(`${String.fromCharCode(value.length)}${value}\0`, 'latin1') : text(value)
    list = Buffer.concat([list, padding(list.length, 8), Buffer.of(code, 1, type.charCodeAt(0), 0), content])
  }
  const head = Buffer.alloc(16)
  head.write('l', 0)
  head[1] = 1
  head[3] = 1
  head.writeUInt32LE(body.length, 4)
  head.writeUInt32LE(callSerial, 8)
  head.writeUInt32LE(list.length, 12)
  return Buffer.concat([head, list, padding(list.length, 8), body])
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(bytes.length, 0)
  return Buffer.concat([length, bytes, Buffer.of(0)])
}

function padding(length: number, to: number): Buffer {
  return Buffer.alloc((to - (length % to)) % to)
}

function lineEnd(bytes: Buffer): number | undefined {
  const end = bytes.indexOf('\r\n')
  return end === -1 ? undefined : end + 2
}

function messageEnd(bytes: Buffer): number | undefined {
  if (bytes.length < 16) return undefined
  const fields = bytes.readUInt32LE(12)
  const body = bytes.readUInt32LE(4)
  if (fields > 1 << 20 || body > 1 << 24) throw new Error('systemd sent something that is no D-Bus message')
  const whole = 16 + fields + padding(fields, 8).length + body
  return bytes.length < whole ? undefined : whole
}

/** Which call a message answers, and the error name where it is one. */
function replyOf(message: Buffer): { to: number | undefined; error: string | undefined } {
  const isError = message[1] === 3
  const end = 16 + message.readUInt32LE(12)
  let to: number | undefined
  let name = 'error'
  for (let at = 16; at + 8 <= end; ) {
    const code = message[at]
    const type = String.fromCharCode(message[at + 2] ?? 0)
    const length = type === 'g' ? (message[at + 4] ?? 0) : message.readUInt32LE(at + 4)
    if (code === 5) to = length
    if (code === 4) name = message.toString('utf8', at + 8, Math.min(end, at + 8 + length))
    at += type === 'u' ? 8 : type === 'g' ? 4 + 1 + length + 1 : 8 + length + 1
    at += padding(at, 8).length
  }
  return { to, error: isError ? name : undefined }
}

function reader(socket: ReturnType<typeof createConnection>, timeoutMs: number) {
  let buffered = Buffer.alloc(0)
  let failure: Error | undefined
  let wake = () => {}
  const fail = (error: Error) => {
    failure ??= error
    wake()
  }
  socket.on('data', chunk => {
    buffered = Buffer.concat([buffered, Buffer.from(chunk)])
    wake()
  })
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('systemd closed the connection')))
  socket.setTimeout(timeoutMs, () => fail(new Error(`systemd did not answer within ${timeoutMs / 1000} s`)))
  return async (end: (bytes: Buffer) => number | undefined): Promise<Buffer> => {
    for (;;) {
      const length = end(buffered)
      if (length !== undefined) {
        const part = buffered.subarray(0, length)
        buffered = buffered.subarray(length)
        return part
      }
      if (failure !== undefined) throw failure
      await new Promise<void>(resolve => {
        wake = resolve
      })
    }
  }
}
