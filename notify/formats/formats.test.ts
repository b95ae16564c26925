import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digestOf } from '../digest.ts'
import { product } from '../product.ts'
import { render } from '../render.ts'
import { around, now, sampleNotice } from '../testing/sample.ts'
import { cefLine } from './cef.ts'
import { detectionFinding } from './ocsf.ts'
import { plainText, smsText } from './plain.ts'

/** Names that schema 1.5.0 of OCSF has: events/findings/detection_finding.json, finding.json, base_event.json and the objects below. */
const classFields =
  'class_uid class_name category_uid category_name activity_id activity_name type_uid type_name time severity_id severity status_id status status_detail confidence_id confidence is_alert action_id action disposition_id disposition message metadata finding_info device evidences malware unmapped'
const objects: Readonly<Record<string, string>> = {
  metadata: 'version uid product profiles',
  product: 'name vendor_name version',
  finding_info: 'uid title desc types src_url first_seen_time last_seen_time created_time analytic attacks',
  analytic: 'type_id type uid name',
  attacks: 'version technique',
  technique: 'uid name',
  device: 'type_id type uid hostname name groups',
  groups: 'name',
  evidences: 'name process file user dst_endpoint',
  process: 'pid name cmd_line file user created_time parent_process',
  parent_process: 'pid name cmd_line file parent_process',
  file: 'name path type_id size hashes',
  hashes: 'algorithm_id algorithm value',
  user: 'name uid',
  dst_endpoint: 'ip port',
  malware: 'classification_ids classifications name',
}

test('OCSF: only fields that the schema has, and all that it requires', () => {
  const event = detectionFinding(sampleNotice)
  for (const name of [
    'activity_id',
    'category_uid',
    'class_uid',
    'finding_info',
    'metadata',
    'severity_id',
    'time',
    'type_uid',
  ])
    assert.ok(name in event, `${name} is required`)
  check(event, classFields, 'event')
})

function check(value: object, names: string, where: string): void {
  const known = new Set(names.split(' '))
  for (const [name, one] of Object.entries(value)) {
    assert.ok(known.has(name), `${where}.${name} is no field of OCSF`)
    for (const part of Array.isArray(one) ? one : [one])
      if (typeof part === 'object' && part !== null && name !== 'unmapped')
        check(part, objects[name] ?? '', `${where}.${name}`)
  }
}

const detected = {
  subject: {
    kind: 'process',
    pid: 7,
    path: '/tmp/x',
    command: '/tmp/x -o pool',
    user: 'www-data',
    sha256: 'b'.repeat(64),
  },
  chain: [
    { pid: 6, name: 'sh', path: '/bin/dash', command: 'sh -c x' },
    { pid: 5, name: 'nginx' },
  ],
  responses: [{ kind: 'prevented', outcome: 'done', at: '', detail: '' }],
}
const ofDetection = (body: object) => ({
  ...sampleNotice,
  document: { alert: 'd', activity: 'created', status: 'open', body },
})

test('OCSF: of a detection, its chain of processes and what became of it', () => {
  const event = detectionFinding(ofDetection(detected))
  check(event, classFields, 'event')
  const { action, disposition, evidences } = event
  assert.deepEqual([action, disposition], ['Denied', 'Blocked'])
  const file = { name: 'dash', path: '/bin/dash', type_id: 1 }
  assert.deepEqual(evidences, [
    {
      name: 'process',
      process: {
        pid: 7,
        cmd_line: '/tmp/x -o pool',
        file: {
          name: 'x',
          path: '/tmp/x',
          type_id: 1,
          hashes: [{ algorithm_id: 3, algorithm: 'SHA-256', value: 'b'.repeat(64) }],
        },
        user: { name: 'www-data' },
        parent_process: { pid: 6, name: 'sh', cmd_line: 'sh -c x', file, parent_process: { pid: 5, name: 'nginx' } },
      },
    },
  ])
  for (const [responses, expected] of [
    [[], ['Observed', 'Detected']],
    [[{ kind: 'kill-process', outcome: 'would' }], ['Observed', 'Detected']],
    [[{ kind: 'kill-process', outcome: 'failed' }], ['Observed', 'Uncorrected']],
    [[{ kind: 'quarantine-file', outcome: 'done' }], ['Modified', 'Quarantined']],
  ] as const) {
    const said = detectionFinding(ofDetection({ ...detected, responses }))
    assert.deepEqual([said['action'], said['disposition']], expected)
  }
  assert.match(cefLine(ofDetection(detected)), / outcome=Blocked .*filePath=\/tmp\/x /)
})

test('OCSF: what it says', () => {
  const { finding_info, evidences, ...event } = detectionFinding(sampleNotice)
  assert.deepEqual(
    {
      class: event.class_uid,
      type: event['type_uid'],
      severity: event['severity_id'],
      status: event['status_id'],
      confidence: event['confidence_id'],
      alert: event['is_alert'],
      time: event['time'],
    },
    { class: 2004, type: 200401, severity: 5, status: 1, confidence: 3, alert: true, time: now.getTime() },
  )
  assert.deepEqual(evidences, [
    {
      name: 'process',
      process: {
        pid: 4711,
        name: 'kdevtmpfsi',
        cmd_line: '/tmp/kdevtmpfsi',
        file: {
          name: 'kdevtmpfsi',
          path: '/tmp/kdevtmpfsi',
          type_id: 1,
          hashes: [{ algorithm_id: 3, algorithm: 'SHA-256', value: 'a'.repeat(64) }],
        },
        user: { name: 'root', uid: '0' },
      },
    },
    { name: 'socket', dst_endpoint: { ip: '198.51.100.7', port: 3333 } },
    { name: 'cron-d', file: { name: 'apache2', path: '/etc/cron.d/apache2', type_id: 1 } },
  ])
  assert.deepEqual((finding_info as { attacks: unknown }).attacks, [
    { version: '17.1', technique: { uid: 'T1496' } },
    { version: '17.1', technique: { uid: 'T1053.003' } },
  ])
})

for (const [activity, status, expected] of [
  ['updated', 'handling', [200_402, 2, true]],
  ['closed', 'handled', [200_403, 4, false]],
  ['closed', 'ignored', [200_403, 3, false]],
] as const)
  test(`OCSF: ${activity}, ${status}`, () => {
    const event = detectionFinding({ ...sampleNotice, document: { alert: 'x', activity, status } })
    assert.deepEqual([event['type_uid'], event['status_id'], event['is_alert']], expected)
  })

test('CEF', () => {
  const notice = { ...sampleNotice, title: 'a|b\\c=d', lines: ['e=f|g\\h'] }
  assert.equal(
    cefLine(notice),
    `CEF:0|Davylamp|Davylamp|${product.version}|3f0b2a52-6f0e-4f5e-9f43-0d0f6f3b7f11|a\\|b\\\\c=d|10|rt=${now.getTime()} externalId=0193f4a0-0000-7000-8000-000000000001 cat=mining act=created dhost=web-1 deviceExternalId=0193f4a0-0000-7000-8000-0000000000aa filePath=/tmp/kdevtmpfsi fileHash=${'a'.repeat(64)} dproc=kdevtmpfsi dpid=4711 duser=root dst=198.51.100.7 dpt=3333 request=https://center.example:8443/#/alerts/0193f4a0-0000-7000-8000-000000000001 msg=e\\=f|g\\\\h cs1Label=families cs1=kinsing cs2Label=attack cs2=T1496,T1053.003 cs3Label=group cs3=Shop cs4Label=verdict cs4=confirmed cs5Label=status cs5=open`,
  )
})

test('plain text reads well', () => {
  assert.equal(
    plainText(render(sampleNotice, 'en')),
    `Critical: Cryptominer running as kdevtmpfsi – web-1

Davylamp found this on web-1.

Cryptominer running as kdevtmpfsi
- Runs from /tmp/kdevtmpfsi.
- Talks to http[:]//pool[.]example[.]com:3333/

Level: Critical
Host: web-1
Group: Shop
Type: mining
Family: kinsing
ATT&CK: T1496, T1053.003
Rule: 3f0b2a52-6f0e-4f5e-9f43-0d0f6f3b7f11
Time: 2026-11-21 23:17:05 UTC

Open the alert, read why it was raised, and handle it.
Open in Davylamp: https://center.example:8443/#/alerts/0193f4a0-0000-7000-8000-000000000001

-- Davylamp sent this because a notification route says so.`,
  )
})

test('1,000 alerts are one message that names 13, the most severe first', () => {
  const many = Array.from({ length: 1_000 }, (_, place) => ({
    ...sampleNotice,
    id: String(place),
    level: place === 999 ? ('critical' as const) : ('high' as const),
    title: `Alert ${place}`,
  }))
  const said = render(digestOf(many, 'd', now), around.language)
  assert.equal(said.subject, '1000 notices from Davylamp')
  assert.equal(said.lines.length, 14)
  assert.equal(said.lines[0], 'Critical: Alert 999 – web-1')
  assert.equal(said.lines[1], 'High: Alert 0 – web-1')
  assert.equal(said.lines[13], 'and 987 more')
  assert.match(smsText(said, 300), /1000 notices/)
})
