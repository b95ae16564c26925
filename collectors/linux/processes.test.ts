import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { fact as factSchema, type ProcessFact } from '../../model/index.ts'
import { processExists } from '../../native/read/process-exists.ts'
import { hasAffinity, isProcess } from '../../native/read/process-probes.ts'
import {
  containerId,
  liveTarget,
  memoryTarget,
  parseStat,
  parseStatus,
  processFiles,
  type ProcessOptions,
  type Target,
} from '../../target/index.ts'
import { environmentTells } from './environment-tells.ts'
import { hiddenPids } from './hidden-pids.ts'
import { parseMount } from './mount-info.ts'
import { listedPids } from './proc-stat.ts'
import { firstSample, processes } from './processes.ts'
import { collected, type SurveyOptions, surveyTarget } from './survey-of.ts'

const host = {
  '/etc/passwd': 'root:x:0:0::/root:/bin/bash\nwww-data:x:33:33::/var/www:/usr/sbin/nologin\n',
  '/proc/stat': 'cpu  1 2 3\nbtime 1767225600\n',
  '/proc/uptime': '1000.00 1.00\n',
  '/usr/bin/bash': 'bash',
}

async function seen(
  list: readonly ProcessOptions[],
  more: Record<string, string | { link: string }> = {},
  options: SurveyOptions = {},
  rebuild: (target: Target) => Target = target => target,
): Promise<ProcessFact[]> {
  const files = Object.assign({ ...host, ...more }, ...list.map(processFiles))
  const survey = surveyTarget(rebuild(memoryTarget({ files })), options)
  return (await collected(processes, survey)).filter(fact => fact.kind === 'process')
}

test('a miner in a hidden directory', async () => {
  const [fact] = await seen(
    [
      {
        pid: 1337,
        name: 'kswapd0',
        exe: '/tmp/.X25-unix/kswapd0',
        argv: ['./kswapd0', '-c', '/tmp/c.json'],
        cwd: '/tmp/.X25-unix',
        uid: 33,
        startTime: 10_000,
        utime: 85_000,
        stime: 1000,
        threads: 4,
        nice: 19,
        environ: { LD_PRELOAD: '/tmp/x.so', PASSWORD: 'secret' },
        fds: { 0: '/dev/null', 3: '/dev/cpu/0/msr', 4: '/tmp/.lock', 5: '/var/log/x (deleted)' },
      },
    ],
    { '/tmp/.X25-unix/kswapd0': 'look-alike', '/tmp/c.json': '{}' },
  )
  const { sha256, ...rest } = fact ?? assert.fail('no fact')
  assert.match(sha256 ?? '', /^[0-9a-f]{64}$/)
  assert.deepEqual(rest, {
    kind: 'process',
    pid: 1337,
    startTime: 10_000,
    name: 'kswapd0',
    path: '/tmp/.X25-unix/kswapd0',
    command: './kswapd0 -c /tmp/c.json',
    argv: ['./kswapd0', '-c', '/tmp/c.json'],
    cwd: '/tmp/.X25-unix',
    targets: ['/tmp/.X25-unix/kswapd0', '/tmp/c.json'],
    user: 'www-data',
    uid: 33,
    parentPid: 1,
    sessionId: 1337,
    cgroup: '/',
    startedAt: '2026-01-01T00:01:40.000Z',
    ownership: 'unowned',
    exeDeleted: false,
    exeInMemory: false,
    kernelThread: false,
    kernelThreadImpostor: true,
    argvMismatch: false,
    hiddenFrom: [],
    cpuPercent: 0,
    cpuSeconds: 860,
    cpuAveragePercent: 95.6,
    cpuSustainedSeconds: 900,
    ageSeconds: 900,
    residentBytes: 0,
    hugePagesBytes: 0,
    threads: 4,
    nice: 19,
    environmentTells: ['LD_PRELOAD=/tmp/x.so'],
    devices: ['/dev/cpu/0/msr'],
    openFiles: ['/tmp/.lock', '/var/log/x (deleted)'],
    unownedLibraries: [],
    socketShell: false,
  })
})

const fields: [string, ProcessOptions, Partial<ProcessFact>, SurveyOptions?][] = [
  ['deleted', { pid: 9, exe: '/tmp/x', deleted: true }, { exeDeleted: true, exeInMemory: false, path: '/tmp/x' }],
  ['memfd', { pid: 9, exe: 'memfd:kauditd' }, { exeDeleted: false, exeInMemory: true, path: 'memfd:kauditd' }],
  [
    'a kernel thread',
    { pid: 9, name: 'kswapd0', kernelThread: true },
    { kernelThread: true, kernelThreadImpostor: false },
  ],
  ['a zombie', { pid: 9, name: 'kswapd0', state: 'Z', argv: [] }, { kernelThreadImpostor: false }],
  ['an unreadable impostor', { pid: 9, name: 'kworker/0:1', argv: [] }, { kernelThreadImpostor: true }],
  [
    'a reverse shell',
    { pid: 9, exe: '/usr/bin/bash', fds: { 0: 'socket:[77]', 1: 'socket:[77]' } },
    { socketShell: true },
  ],
  [
    'a shell over ssh',
    { pid: 9, exe: '/usr/bin/bash', fds: { 0: 'socket:[78]', 1: 'socket:[78]' } },
    { socketShell: false },
  ],
  ['a script', { pid: 9, exe: '/usr/bin/bash', argv: ['sh', 'x.sh'], cwd: '/tmp' }, { script: '/tmp/x.sh' }],
  ['a container', { pid: 9, exe: '/x', cgroup: `/docker/${'ab'.repeat(32)}` }, { container: 'ab'.repeat(32) }],
  [
    'a packaged program',
    { pid: 9, exe: '/usr/bin/bash' },
    { ownership: 'owned' },
    { ownership: { '/usr/bin/bash': 'owned' } },
  ],
  [
    'libraries',
    { pid: 9, exe: '/tmp/x', maps: ['/tmp/l.so', '/lib/c.so'] },
    { unownedLibraries: ['/tmp/l.so'] },
    { ownership: { '/lib/c.so': 'owned' } },
  ],
]
for (const [what, options, expected, survey] of fields) {
  test(what, async () => {
    const unix = 'Num RefCount Protocol Flags Type St Inode Path\n00000000: 00000003 00000000 00000000 0001 03    78\n'
    const [fact] = await seen([options], { '/proc/9/net/unix': unix }, survey)
    const found = Object.fromEntries(Object.keys(expected).map(key => [key, fact?.[key as keyof ProcessFact]]))
    assert.deepEqual(found, expected)
  })
}

test('an executable that a container has at the same path is not taken for the host’s', async () => {
  const list = [{ pid: 9, exe: '/usr/sbin/nginx', root: '/var/lib/docker/overlay2/a/merged' }]
  const layer = '/var/lib/docker/overlay2/a'
  const [fact] = await seen(
    list,
    { '/usr/sbin/nginx': 'host', [`${layer}/merged/usr/sbin/nginx`]: 'other', '/proc/9/ns/mnt': { link: 'mnt:[2]' } },
    { ownership: { '/usr/sbin/nginx': 'owned' } },
  )
  assert.deepEqual([fact?.ownership, fact?.targets], ['unknown', []])
})

for (const [what, layer, at, expected] of [
  ['the container wrote', '/diff/tmp/x', '/merged', '/var/lib/docker/overlay2/a/merged/tmp/x'],
  ['came with the image', '/lower/tmp/x', '/merged', undefined],
  ['lies in a root that the host does not see', '/diff/tmp/x', '/elsewhere', undefined],
] as const)
  test(`where the host has the program of a container that ${what}`, async () => {
    const folder = '/var/lib/docker/overlay2/a'
    const overlay = `rw - overlay overlay rw,lowerdir=${folder}/lower,upperdir=${folder}/diff,workdir=${folder}/work`
    const [fact] = await seen(
      [{ pid: 9, exe: '/tmp/x', root: `${folder}/merged`, cgroup: `/docker/${'ab'.repeat(32)}` }],
      {
        [folder + layer]: 'miner',
        [`${folder}/merged/tmp/x`]: 'miner',
        '/tmp/x': "the host's",
        '/proc/self': { link: '7' },
        '/proc/7/mountinfo': `22 1 254:0 / / rw - ext4 /dev/vda rw\n90 22 0:60 / ${folder}${at} ${overlay}\n`,
        '/proc/9/mountinfo': `91 1 0:60 / / ${overlay}\n`,
        '/proc/7/ns/mnt': { link: 'mnt:[1]' },
        '/proc/9/ns/mnt': { link: 'mnt:[2]' },
      },
    )
    assert.equal(fact?.hostPath, expected)
  })

for (const [what, mounts, expected] of [
  ['under PrivateTmp is the file that it means', '93 91 254:0 /tmp/private/tmp /tmp', '/tmp/private/tmp/x.sh'],
  ['in a file system of its own is not the host’s of that name', '93 91 0:70 / /tmp', undefined],
] as const)
  test(`a script ${what}`, async () => {
    const [fact] = await seen([{ pid: 9, exe: '/usr/bin/dash', argv: ['sh', '/tmp/x.sh'], root: '/own' }], {
      '/usr/bin/dash': 'elf',
      '/tmp/x.sh': "somebody else's",
      '/tmp/private/tmp/x.sh': 'own',
      '/own/tmp': { link: '/tmp/private/tmp' },
      '/proc/self': { link: '7' },
      '/proc/7/mountinfo': '22 1 254:0 / / rw - ext4 /dev/vda rw\n',
      '/proc/9/mountinfo': `91 1 254:0 / / rw - ext4 /dev/vda rw\n${mounts} rw - ext4 /dev/vda rw\n`,
      '/proc/7/ns/mnt': { link: 'mnt:[1]' },
      '/proc/9/ns/mnt': { link: 'mnt:[2]' },
    })
    assert.equal(fact?.script, expected)
  })

test('a pid that the listing leaves out', async () => {
  const list = [
    { pid: 40, exe: '/tmp/x' },
    { pid: 41, exe: '/tmp/y' },
  ]
  const facts = await seen(list, {}, {}, target => ({
    ...target,
    files: {
      ...target.files,
      list: path => target.files.list(path)?.filter(name => path !== '/proc' || name !== '41'),
    },
  }))
  assert.deepEqual(
    facts.map(({ pid, hiddenFrom }) => [pid, hiddenFrom]),
    [
      [40, []],
      [41, ['readdir']],
    ],
  )
})

test('a pid that only its cgroup names', async () => {
  const list = [
    { pid: 40, exe: '/tmp/x' },
    { pid: 41, exe: '/tmp/y' },
  ]
  const files = {
    '/sys/fs/cgroup/cgroup.procs': '',
    '/sys/fs/cgroup/system.slice/x.service/cgroup.procs': '0\n40\n41\n99\nx\n',
    '/proc/sys/kernel/pid_max': '30\n',
  }
  const facts = await seen(list, files, {}, target => ({
    ...target,
    files: {
      ...target.files,
      list: path => target.files.list(path)?.filter(name => path !== '/proc' || name !== '41'),
    },
  }))
  assert.deepEqual(
    facts.map(({ pid, hiddenFrom }) => [pid, hiddenFrom]),
    [
      [40, []],
      [41, ['readdir']],
    ],
  )
})

test('on this machine nothing hides, however closely it is looked at', () => {
  const target = liveTarget()
  assert.deepEqual([...hiddenPids(target, listedPids(target), true)], [])
  assert.deepEqual([hasAffinity(process.pid), isProcess(process.pid)], [true, true])
  const thread = readdirSync('/proc/self/task')
    .map(Number)
    .find(one => one !== process.pid)
  assert.ok(thread !== undefined)
  assert.deepEqual([processExists(thread), hasAffinity(thread), isProcess(thread)], [true, true, false])
  assert.deepEqual([0, -1, 1.5, 2 ** 40].map(hasAffinity), [false, false, false, false])
})

test('a mount over /proc/PID', async () => {
  const mountinfo = '90 22 0:5 / /proc/41 rw - tmpfs tmpfs rw\n'
  const files = {
    ...processFiles({ pid: 7, exe: '/x' }),
    '/proc/self/mountinfo': mountinfo,
    '/proc/41': { type: 'directory' as const },
  }
  const facts = await collected(processes, surveyTarget(memoryTarget({ files })))
  assert.deepEqual(
    facts.map(fact => fact.kind === 'process' && [fact.pid, fact.hiddenFrom]),
    [
      [7, []],
      [41, ['mount']],
    ],
  )
})

test('this very process', async () => {
  const survey = surveyTarget(liveTarget())
  await collected(firstSample, survey)
  const facts = await collected(processes, survey)
  const self = facts.find(fact => fact.kind === 'process' && fact.pid === process.pid)
  assert.ok(self?.kind === 'process')
  assert.equal(self.path, process.execPath)
  assert.deepEqual(self.hiddenFrom, [])
  assert.equal(self.cwd, process.cwd())
  assert.ok((self.cpuPercent ?? 0) > 0)
  assert.ok(Math.abs(Date.parse(self.startedAt ?? '') - (Date.now() - process.uptime() * 1000)) < 5000)
  for (const fact of facts) assert.equal(factSchema.safeParse(fact).success, true)
})

test('parsers take anything', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      parseStat(text)
      parseStat(`1 (${text}) S 1 2 3`)
      parseStatus(text)
      parseMount(text)
      containerId(text)
      environmentTells([text])
    }),
  )
})
