import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { authEvent, authTrace } from './auth-line.ts'
import { parseLogLine, zoneOffset } from './log-line.ts'
import { layoutOf, parseLoginRecords } from './login-records.ts'

const written = Date.parse('2026-02-03T12:00:00Z')

test('a year is guessed from the time of the file', () => {
  const at = (line: string) => new Date(parseLogLine(line, written)?.atMs ?? 0).toISOString()
  assert.equal(at('Feb  3 11:00:00 h sshd[1]: x'), '2026-02-03T11:00:00.000Z')
  assert.equal(at('Dec 31 23:59:59 h sshd[1]: x'), '2025-12-31T23:59:59.000Z')
  assert.equal(at('2026-02-03T11:00:00.5+02:00 h sshd[1]: x'), '2026-02-03T09:00:00.500Z')
  assert.equal(zoneOffset(written + 2 * 3_600_000, written), -7_200_000)
  assert.equal(zoneOffset(written - 500_000, written), 0)
})

for (const [program, message, expected] of [
  ['sshd', 'Failed password for root from 203.0.113.9 port 5 ssh2', 'failed password root 203.0.113.9 5 true 1'],
  [
    'sshd-session',
    'Failed password for invalid user x from 10.0.0.1 port 22 ssh2 from 203.0.113.9 port 5 ssh2',
    'failed password x from 10.0.0.1 port 22 ssh2 203.0.113.9 5 false 1',
  ],
  [
    'sshd',
    'message repeated 5 times: [ Failed password for root from 2001:db8::1 port 9 ssh2]',
    'failed password root 2001:db8::1 9 true 5',
  ],
  [
    'sshd',
    'Accepted publickey for anna from 203.0.113.9 port 5 ssh2: ED25519 SHA256:x',
    'accepted publickey anna 203.0.113.9 5 true 1',
  ],
  [
    'sshd',
    'pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=root',
    '',
  ],
  ['sshd', 'PAM 2 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=root', ''],
  [
    'vsftpd',
    'pam_unix(vsftpd:auth): authentication failure; logname= uid=0 euid=0 tty=ftp ruser=anna rhost=203.0.113.9  user=anna',
    'failed password anna 203.0.113.9 undefined undefined 1',
  ],
  // Whoever logs in there chooses what he calls himself.
  [
    'vsftpd',
    'pam_unix(vsftpd:auth): authentication failure; logname= uid=0 euid=0 tty=ftp ruser=x rhost=198.51.100.1 rhost=203.0.113.9',
    '',
  ],
  [
    'sshd',
    'Failed password for invalid user x from 198.51.100.1 port 9 ssh2 from 203.0.113.9 port 5 ssh2',
    'failed password x from 198.51.100.1 port 9 ssh2 203.0.113.9 5 false 1',
  ],
  [
    'login',
    'pam_unix(login:auth): authentication failure; logname=LOGIN uid=0 euid=0 tty=/dev/tty1 ruser= rhost=  user=anna',
    '',
  ],
  [
    'dropbear',
    "Bad password attempt for 'root' from 203.0.113.9:52718",
    'failed password root 203.0.113.9 52718 true 1',
  ],
  ['dropbear', 'Login attempt for nonexistent user from 203.0.113.9:5', 'failed undefined  203.0.113.9 5 false 1'],
  [
    'dropbear',
    "Pubkey auth succeeded for 'root' with ssh-ed25519 key SHA256:x from 2001:db8::1:52718",
    'accepted publickey root 2001:db8::1 52718 true 1',
  ],
  ['useradd', 'new user: name=hilde, UID=1000', 'account-created undefined hilde undefined undefined undefined 1'],
  ['cron', 'Failed password for root from 203.0.113.9 port 5 ssh2', ''],
] as const)
  test(`${program}: ${message}`, () => {
    const event = authEvent(program, message)
    const shown =
      event &&
      `${event.kind} ${event.method} ${event.user} ${event.address} ${event.port} ${event.known} ${event.count}`
    assert.equal(shown ?? '', expected)
  })

for (const [message, expected] of [
  ['Invalid user admin from 203.0.113.9 port 5', 'announced admin 203.0.113.9 5 false'],
  [
    'Invalid user x from 10.0.0.1 port 2 from 203.0.113.9 port 5',
    'announced x from 10.0.0.1 port 2 203.0.113.9 5 false',
  ],
  ['Connection closed by authenticating user root 203.0.113.9 port 5 [preauth]', 'ended root 203.0.113.9 5 true'],
  ['Connection reset by invalid user a b 203.0.113.9 port 5 [preauth]', 'ended a b 203.0.113.9 5 false'],
  [
    'Disconnecting authenticating user root 203.0.113.9 port 5: Too many authentication failures [preauth]',
    'ended root 203.0.113.9 5 true',
  ],
  ['Connection closed by 203.0.113.9 port 5 [preauth]', ''],
  ['Disconnected from user anna 203.0.113.9 port 5', ''],
] as const)
  test(message, () => {
    const trace = authTrace('sshd', message)
    assert.equal(trace ? `${trace.kind} ${trace.user} ${trace.address} ${trace.port} ${trace.known}` : '', expected)
  })

test('a record says from where; its host may be a name', () => {
  const narrow = Buffer.alloc(384)
  narrow.writeInt16LE(7, 0)
  narrow.write('pts/3', 8)
  narrow.write('root', 44)
  narrow.write('host.example', 76)
  narrow.writeUInt32LE(1_770_000_000, 340)
  narrow.set([203, 0, 113, 9], 348)
  const wide = Buffer.alloc(400)
  wide.writeInt16LE(6, 0)
  wide.write('root', 44)
  wide.writeBigInt64LE(1_770_000_000n, 344)
  wide.set([0x20, 0x01, 0x0d, 0xb8], 360)
  wide[375] = 1
  const read = (bytes: Buffer) => parseLoginRecords(bytes, layoutOf(bytes.length) ?? assert.fail())
  const atMs = 1_770_000_000_000
  assert.deepEqual(read(narrow), [
    { type: 7, line: 'pts/3', user: 'root', host: 'host.example', address: '203.0.113.9', atMs },
  ])
  assert.deepEqual(read(wide), [
    { type: 6, line: '', user: 'root', host: '', address: '2001:0db8:0000:0000:0000:0000:0000:0001', atMs },
  ])
})

test('any line and any record', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), bytes => {
      const text = Buffer.from(bytes).toString('latin1')
      parseLogLine(text, written)
      for (const program of ['sshd', 'dropbear', 'useradd', 'vsftpd']) authEvent(program, text)
      authEvent('sshd', `message repeated 9 times: [ message repeated 9 times: [ ${text}`)
      authTrace('sshd', text)
      const layout = layoutOf(bytes.length)
      if (layout) parseLoginRecords(Buffer.from(bytes), layout)
    }),
  )
})
