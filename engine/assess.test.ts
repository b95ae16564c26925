import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Fact, Plan } from '../model/index.ts'
import { factWith } from '../test/facts.ts'
import { canonicalJson } from './canonical.ts'
import type { Detect, JudgingRule } from './judge.ts'
import { ruleMeaning } from './judge.ts'
import { assess, planned } from './scan.ts'

const miner = '/usr/lib/.cache-x/run'
const file = (path: string, more: Record<string, unknown> = {}) =>
  factWith({
    kind: 'file',
    path,
    name: path.slice(path.lastIndexOf('/') + 1),
    type: 'file',
    ownership: 'unowned',
    executable: true,
    sha256: `hash of ${path}`,
    size: 100,
    mode: '0755',
    ...more,
  })
const job = (path: string, line: number, command: string, targets: string[], more: Record<string, unknown> = {}) =>
  factWith({
    kind: 'autostart',
    mechanism: 'cron-user',
    path,
    line,
    text: `* * * * * ${command}`,
    command,
    targets,
    user: 'root',
    enabled: true,
    ownership: 'unowned',
    ...more,
  })
const process = (pid: number, path: string, more: Record<string, unknown> = {}) =>
  factWith({
    kind: 'process',
    pid,
    startTime: pid * 10,
    name: path.slice(path.lastIndexOf('/') + 1),
    path,
    command: path,
    argv: [path],
    targets: [path],
    ownership: 'unowned',
    ...more,
  })

type TestRule = readonly [
  Partial<Omit<JudgingRule, 'meaning'>> & { meaning: object },
  (event: Readonly<Record<string, unknown>>) => boolean,
]

/** A detector of the tests: each rule is a function over the event. */
function detector(...rules: TestRule[]): Detect {
  const full = rules.map(([rule, test], index) => ({
    test,
    rule: {
      id: `rule-${index}`,
      title: `Rule ${index}`,
      level: 'high' as const,
      tags: [],
      ...rule,
      meaning: ruleMeaning.parse(rule.meaning),
    },
  }))
  return event => full.filter(one => one.test(event)).map(one => one.rule)
}

const at = (path: string) => (event: Readonly<Record<string, unknown>>) =>
  event['path'] === path && event['kind'] === 'file'
const starts = (path: string) => (event: Readonly<Record<string, unknown>>) =>
  event['kind'] === 'autostart' && (event['targets'] as string[]).includes(path)

function look(facts: readonly Fact[], detect: Detect, more: Partial<Parameters<typeof assess>[0]> = {}) {
  return assess({
    facts,
    gaps: [],
    live: true,
    detect,
    allow: [],
    earlier: [],
    protectedPids: new Set(),
    ownPaths: [],
    now: '2026-06-01T00:00:00Z',
    ...more,
  })
}

const paths = (assessment: ReturnType<typeof look>) =>
  assessment.incidents
    .flatMap(one => one.members.map(member => ('path' in member ? `${member.kind} ${member.path}` : member.kind)))
    .sort()

const plan = (assessment: ReturnType<typeof look>, live = true): Plan =>
  planned(assessment, ['confirmed', 'suspected'], { root: '/', live, reinstall: false, blockSeconds: 3600 })

const hidden = { meaning: { class: 'concealment', specific: 'concealment' } }
const persists = { meaning: { class: 'persistence' } }

test('two findings of different classes on one connected thing confirm', () => {
  const facts = [file(miner), job('/var/spool/cron/root', 1, `${miner} -q`, [miner])]
  const seen = look(facts, detector([hidden, at(miner)], [persists, starts(miner)]))
  assert.equal(seen.verdict, 'confirmed')
  assert.deepEqual(paths(seen), ['autostart /var/spool/cron/root', `file ${miner}`])
})

test('one finding, or two of one class, only suspect', () => {
  const facts = [file(miner), job('/var/spool/cron/root', 1, miner, [miner])]
  assert.equal(look(facts, detector([persists, starts(miner)])).verdict, 'suspected')
  assert.equal(look(facts, detector([persists, starts(miner)], [persists, at(miner)])).verdict, 'suspected')
})

test('a conclusive finding confirms alone, unless it is allowed', () => {
  const rule = detector([{ meaning: { class: 'content', specific: 'mining', conclusive: true } }, at(miner)])
  assert.equal(look([file(miner)], rule).verdict, 'confirmed')
  const allow = [{ id: 'a', path: miner, reason: 'ours', author: 'me', created: '2026-01-01', expires: 'never' }]
  const seen = look([file(miner)], rule, { allow })
  assert.equal(seen.verdict, 'nothing')
  assert.equal(seen.judged[0]?.finding.allowed?.reason, 'ours')
  const expired = [{ ...allow[0], expires: '2026-02-01T00:00:00Z' }] as typeof allow
  assert.equal(look([file(miner)], rule, { allow: expired }).verdict, 'confirmed')
})

test('the walk takes what belongs to it and stops at what does not', () => {
  const facts = [
    file(miner, { sha256: 'm' }),
    file('/usr/lib/.cache-x/config', { executable: false }),
    file('/opt/other/copy', { sha256: 'm' }),
    file('/opt/app/server'),
    file('/usr/bin/curl', { ownership: 'owned' }),
    job('/var/spool/cron/root', 1, `${miner} -q`, [miner]),
    job('/var/spool/cron/root', 2, 'tar czf /srv/b.tgz /usr/lib/.cache-x/run', ['/srv/b.tgz', miner]),
    job('/var/spool/cron/root', 3, '/opt/app/server', ['/opt/app/server']),
    process(100, miner, { parentPid: 50 }),
    process(101, '/usr/bin/sleep', { parentPid: 100, ownership: 'owned' }),
    process(50, '/usr/sbin/cron', { ownership: 'owned' }),
    process(7, '/usr/bin/tail', { ownership: 'owned', argv: ['tail', miner], targets: [miner] }),
    process(9, '/bin/bash', { ownership: 'owned', parentPid: 100 }),
  ]
  const seen = look(facts, detector([hidden, at(miner)], [persists, starts(miner)]), { protectedPids: new Set([9]) })
  assert.deepEqual(paths(seen), [
    'autostart /var/spool/cron/root',
    'autostart /var/spool/cron/root',
    'file /opt/other/copy',
    'file /usr/lib/.cache-x/config',
    `file ${miner}`,
    'process /usr/bin/sleep',
    `process ${miner}`,
  ])
})

test('the same facts in any order give the same plan, byte for byte', () => {
  const facts = [
    file(miner),
    file('/usr/lib/.cache-x', { type: 'directory' }),
    job('/var/spool/cron/root', 4, `${miner} -q`, [miner], { attributes: ['immutable'] }),
    process(100, miner),
    process(101, miner),
    factWith({
      kind: 'socket',
      pid: 100,
      address: '203.0.113.9',
      port: 443,
      protocol: 'tcp',
      scope: 'public',
      inode: 1,
    }),
  ]
  const rules = detector([hidden, at(miner)], [persists, starts(miner)])
  const texts = [facts, [...facts].reverse(), facts.toSorted((a, b) => (a.kind < b.kind ? 1 : -1))].map(one =>
    canonicalJson(plan(look(one, rules))),
  )
  assert.equal(new Set(texts).size, 1)
  const { actions } = plan(look(facts, rules))
  assert.deepEqual(
    actions.map(one => `${one.phase} ${one.action.kind}`),
    [
      'contain block-address',
      'freeze freeze-processes',
      'preserve preserve-process',
      'preserve preserve-process',
      'disarm clear-attributes',
      'disarm remove-line',
      'remove quarantine-file',
      'remove kill-process',
      'remove kill-process',
      'remove quarantine-file',
    ],
  )
  assert.deepEqual(actions.find(one => one.action.kind === 'remove-line')?.dependsOn, [5])
})

test('on a tree what needs a running system is skipped and said', () => {
  const facts = [file(miner), process(100, miner)]
  const { actions, skipped } = plan(look(facts, detector([hidden, at(miner)])), false)
  assert.deepEqual(
    actions.map(one => one.action.kind),
    ['quarantine-file'],
  )
  assert.equal(
    skipped.every(one => one.why === 'needs a running system'),
    true,
  )
  assert.equal(skipped.length, 3)
})

test('a guilty library leaves the others of its line', () => {
  const preload = (library: string, ownership: string) =>
    factWith({
      kind: 'preload',
      path: '/etc/ld.so.preload',
      line: 1,
      text: '/usr/lib/good.so /lib/bad.so',
      variable: 'ld.so.preload',
      library,
      targets: [library],
      ownership,
    })
  const seen = look(
    [preload('/usr/lib/good.so', 'owned'), preload('/lib/bad.so', 'unowned')],
    detector([hidden, event => event['library'] === '/lib/bad.so']),
  )
  assert.deepEqual(
    plan(seen).actions.map(one => (one.action.kind === 'replace-line' ? one.action.replacement : one.action.kind)),
    ['/usr/lib/good.so'],
  )
})

test('a job file goes as a whole only when every job in it is guilty', () => {
  const bad = job('/etc/cron.d/x', 2, miner, [miner], { mechanism: 'cron-d' })
  const good = job('/etc/cron.d/x', 3, '/usr/bin/true', ['/usr/bin/true'], { mechanism: 'cron-d' })
  const kinds = (facts: Fact[]) =>
    plan(
      look([file('/etc/cron.d/x', { executable: false }), ...facts], detector([persists, starts(miner)])),
    ).actions.map(one => one.action.kind)
  assert.deepEqual(kinds([bad, good]), ['remove-line'])
  assert.deepEqual(kinds([bad]), ['quarantine-file'])
})

test('an incident keeps its id and remembers what it was merged from', () => {
  const facts = [file(miner), job('/var/spool/cron/root', 1, miner, [miner])]
  const rules = detector([hidden, at(miner)], [persists, starts(miner)])
  const ids = look(facts, rules).world.facts.map(one => one.id)
  const seen = look(facts, rules, {
    earlier: [
      { id: 'old', members: ids },
      { id: 'small', members: ids.slice(0, 1) },
    ],
  })
  assert.equal(seen.incidents[0]?.id, 'old')
  assert.deepEqual(seen.incidents[0]?.mergedFrom, ['small'])
})

test('an open door is an exposure, and a way in where somebody came in', () => {
  const redis = factWith({ kind: 'setting', name: 'redis.exposed', value: '0.0.0.0', path: '/etc/redis/redis.conf' })
  const open: TestRule = [
    { meaning: { class: 'access', exposure: 'exposed-redis' } },
    (event: Readonly<Record<string, unknown>>) => event['name'] === 'redis.exposed',
  ]
  assert.equal(look([redis], detector(open)).verdict, 'exposure')
  const seen = look(
    [redis, file(miner)],
    detector(open, [{ meaning: { class: 'content', conclusive: true } }, at(miner)]),
  )
  assert.deepEqual(
    seen.incidents.map(one => one.verdict),
    ['confirmed'],
  )
  assert.equal(seen.incidents[0]?.entryPoints[0]?.what, 'exposed-redis')
})

test('what is suspicious beside a confirmed intrusion joins it; a hint without one is nothing', () => {
  const hint = factWith({
    kind: 'setting',
    name: 'selinux',
    value: 'disabled',
    path: '/etc/selinux/config',
    line: 1,
    text: 'SELINUX=disabled',
  })
  const joins: TestRule = [
    { level: 'low' as const, meaning: { class: 'weakening', joins: true } },
    (event: Readonly<Record<string, unknown>>) => event['name'] === 'selinux',
  ]
  assert.equal(look([hint], detector(joins)).verdict, 'nothing')
  const seen = look(
    [hint, file(miner)],
    detector(joins, [{ meaning: { class: 'content', conclusive: true } }, at(miner)]),
  )
  assert.deepEqual(paths(seen), [`file ${miner}`, 'setting /etc/selinux/config'])
})

test('an incident that fell apart leaves its id to the largest part', () => {
  const other = '/usr/share/.y/run'
  const facts = [
    file(miner),
    job('/var/spool/cron/root', 1, miner, [miner]),
    file(other, { changed: '2025-01-01T00:00:00Z' }),
  ]
  const rules = detector([persists, at(miner)], [persists, starts(miner)], [persists, at(other)])
  const ids = look(facts, rules).world.facts.map(one => one.id)
  const seen = look(facts, rules, { earlier: [{ id: 'old', members: ids }] })
  assert.deepEqual(seen.incidents.map(one => [one.id === 'old', one.members.length]).sort(), [
    [false, 1],
    [true, 2],
  ])
})

test('nobody makes a thing guilty on which he has no rights', () => {
  const bait = '/tmp/.b/run'
  const app = '/opt/app/server'
  const facts = [
    file(bait, { uid: 1000, sha256: 'app' }),
    file(app, { uid: 0, sha256: 'app' }),
    job('/var/spool/cron/crontabs/bob', 1, `${bait}; ${app}`, [bait, app], { user: 'bob' }),
    factWith({ kind: 'account', name: 'bob', uid: 1000, password: 'set' }),
    process(10, app, { uid: 1000, command: `${app} --donate-level 1` }),
    process(11, app, { uid: 0 }),
    job('/etc/crontab', 1, app, [app], { mechanism: 'cron-system' }),
  ]
  const accused: TestRule = [
    { meaning: { class: 'execution', specific: 'mining', conclusive: true } },
    event => event['kind'] === 'process' && String(event['command']).includes('--donate'),
  ]
  const seen = look(facts, detector([hidden, at(bait)], [persists, starts(bait)], accused))
  assert.deepEqual(paths(seen), ['autostart /var/spool/cron/crontabs/bob', `file ${bait}`, `process ${app}`])
  const frozen = plan(seen).actions.flatMap(one => (one.action.kind === 'freeze-processes' ? [one.action] : []))
  assert.deepEqual(
    frozen.map(one => one.follow.paths),
    frozen.map(() => []),
  )
})

test('a mount over each of two processes: both go, and first', () => {
  const covered = (pid: number) =>
    factWith({
      kind: 'mount',
      path: `/proc/${pid}`,
      source: '/dev/sda1',
      fileSystem: 'ext4',
      covers: 'process',
      pid,
      mountId: 300 + pid,
    })
  const facts = [file(miner), process(10, miner), process(11, miner), covered(10), covered(11)]
  const seen = look(facts, detector([hidden, at(miner)], [persists, event => event['kind'] === 'process']))
  const kinds = plan(seen).actions.map(({ action }) => (action.kind === 'unmount' ? action.path : action.kind))
  assert.deepEqual(kinds.slice(0, 3), ['/proc/10', '/proc/11', 'freeze-processes'])
})

test('what a container calls its program is not the program of another, nor of the host', () => {
  const app = '/app/run'
  const box = (id: string, pid: number, more: Record<string, unknown> = {}) => [
    factWith({
      kind: 'container',
      id,
      containerId: id,
      name: `box-${id[0]}`,
      runtime: 'docker',
      image: 'shop:3',
      path: `/${id}`,
      pid,
    }),
    process(pid, app, { container: id, targets: [], ownership: 'unknown', sha256: `other of ${id}`, ...more }),
  ]
  const [first, second] = ['a'.repeat(64), 'b'.repeat(64)]
  const kept = '/var/lib/docker/overlay2/x/merged/app/run'
  const added = process(12, app, {
    container: first,
    targets: [],
    ownership: 'unknown',
    sha256: 'of the miner',
    hostPath: kept,
    command: `${app} --donate-level 1`,
  })
  const facts = [...box(first, 10, { path: '/app/shop' }), added, ...box(second, 20), file(app), process(30, app)]
  const accused: TestRule = [
    { meaning: { class: 'execution', specific: 'mining', conclusive: true } },
    event => event['kind'] === 'process' && String(event['command']).includes('--donate'),
  ]
  const seen = look(facts, detector(accused))
  assert.deepEqual(
    seen.incidents.flatMap(one => one.members.map(fact => (fact.kind === 'process' ? fact.pid : fact.kind))),
    [12],
  )
  const { actions, advice } = plan(seen)
  assert.deepEqual(
    actions.map(({ action }) =>
      action.kind === 'quarantine-file'
        ? action.path
        : action.kind === 'freeze-processes'
          ? action.follow
          : action.kind,
    ),
    [{ paths: [], sha256: ['of the miner'] }, 'preserve-process', kept, 'kill-process'],
  )
  assert.match(
    advice.map(({ text }) => text).join('\n'),
    /The container box-a, made from the image shop:3, was broken into/,
  )
})

test('the service that was broken into is not taken with the miner that it started', () => {
  const facts = [
    file(miner),
    file('/opt/tomcat/bin/server'),
    process(5, '/opt/tomcat/bin/server', { uid: 33, user: 'tomcat' }),
    process(6, miner, { parentPid: 5, uid: 33 }),
    factWith({
      kind: 'autostart',
      mechanism: 'systemd-unit',
      path: '/etc/systemd/system/tomcat.service',
      line: 3,
      text: 'ExecStart=/opt/tomcat/bin/server',
      command: '/opt/tomcat/bin/server',
      targets: ['/opt/tomcat/bin/server'],
      ownership: 'unowned',
      enabled: true,
      pids: [5, 6],
    }),
  ]
  const seen = look(facts, detector([{ meaning: { class: 'content', conclusive: true } }, at(miner)]))
  assert.deepEqual(paths(seen), [`file ${miner}`, `process ${miner}`])
})

test("a line that was added to somebody's own unit goes alone", () => {
  const unit = (line: number, text: string, targets: string[]) =>
    factWith({
      kind: 'autostart',
      mechanism: 'systemd-unit',
      name: 'app.service',
      path: '/etc/systemd/system/app.service',
      line,
      text,
      command: text.replace(/^\w+=/, ''),
      targets,
      ownership: 'unowned',
      enabled: true,
    })
  const added = unit(4, `ExecStartPre=${miner}`, [miner])
  const own = unit(5, 'ExecStart=/opt/app/server', ['/opt/app/server'])
  const facts = [file(miner), file('/opt/app/server'), added, own]
  const seen = look(facts, detector([hidden, at(miner)], [persists, starts(miner)]))
  assert.deepEqual(paths(seen), ['autostart /etc/systemd/system/app.service', `file ${miner}`])
  assert.deepEqual(
    plan(seen).actions.map(one => one.action.kind),
    ['remove-line', 'quarantine-file'],
  )
})
