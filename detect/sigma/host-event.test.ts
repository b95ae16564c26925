import assert from 'node:assert/strict'
import test from 'node:test'
import type { ExecEvent, HostEvent } from '../../model/index.ts'
import { viewsOfEvent } from './host-event.ts'

const at = '2026-06-01T00:00:00Z'
const exec: ExecEvent = {
  kind: 'exec',
  at,
  pid: 3,
  parentPid: 2,
  path: '/bin/sh',
  argv: ['sh', '-c', 'id'],
  command: 'sh -c id',
  user: 'www-data',
  exeDeleted: false,
  exeInMemory: false,
  ancestors: [
    { pid: 2, path: '/usr/sbin/php-fpm8.2', command: 'php-fpm: pool www' },
    { pid: 1, path: '/usr/lib/systemd/systemd' },
  ],
}

test('a started program, as itself and as a process creation', () => {
  assert.deepEqual(viewsOfEvent(exec), [
    { source: { category: 'exec', product: 'davylamp' }, fields: { ...exec, parent: exec.ancestors[0] } },
    {
      source: { category: 'process_creation', product: 'linux' },
      fields: {
        Image: '/bin/sh',
        CommandLine: 'sh -c id',
        User: 'www-data',
        ProcessId: 3,
        ParentProcessId: 2,
        ParentImage: '/usr/sbin/php-fpm8.2',
        ParentCommandLine: 'php-fpm: pool www',
        UtcTime: at,
      },
    },
  ])
})

const connection = { at, protocol: 'tcp', localAddress: '192.0.2.1', address: '198.51.100.7', scope: 'public' } as const
const login = { kind: 'login', at, service: 'sshd', account: 'root', address: '198.51.100.7' } as const

for (const [what, event, sources] of [
  [
    'a connection of our own making',
    { kind: 'connection', change: 'opened', ...connection, localPort: 40_000, port: 443, serverName: 'a.example' },
    [['network_connection', 'true 443 a.example']],
  ],
  [
    'one that came to us',
    { kind: 'connection', change: 'opened', ...connection, localPort: 22, port: 50_000 },
    [['network_connection', 'false 50000 ']],
  ],
  ['one that is still there', { kind: 'connection', change: 'kept', ...connection, localPort: 40_000, port: 443 }, []],
  [
    'a file that was written',
    {
      kind: 'file-change',
      at,
      path: '/etc/cron.d/x',
      change: 'written',
      by: { pid: 4, path: '/bin/sh', command: 'sh x' },
    },
    [['file_event', '/etc/cron.d/x /bin/sh sh x']],
  ],
  ['one that was deleted', { kind: 'file-change', at, path: '/x', change: 'deleted' }, [['file_delete', '/x  ']]],
  ['one whose rights were changed', { kind: 'file-change', at, path: '/x', change: 'attributes' }, []],
  [
    'a login that failed',
    { ...login, succeeded: false, known: false },
    [
      ['auth', 'Failed password for invalid user root from 198.51.100.7'],
      ['sshd', 'Failed password for invalid user root from 198.51.100.7'],
    ],
  ],
  [
    'one that did not, at another service',
    { ...login, service: 'vsftpd', succeeded: true, method: 'password' },
    [['auth', 'Accepted password for root from 198.51.100.7']],
  ],
] as const satisfies readonly (readonly [string, HostEvent, readonly (readonly [string, string])[]])[])
  test(`in the words of Sigma: ${what}`, () =>
    assert.deepEqual(
      viewsOfEvent(event)
        .slice(1)
        .map(({ source, fields }) => [source.category ?? source.service, saidIn(fields)]),
      sources,
    ))

function saidIn(fields: Readonly<Record<string, unknown>>): string {
  if (fields['message'] !== undefined) return String(fields['message'])
  const names =
    fields['Initiated'] === undefined
      ? ['TargetFilename', 'Image', 'CommandLine']
      : ['Initiated', 'DestinationPort', 'DestinationHostname']
  return names.map(name => String(fields[name] ?? '')).join(' ')
}

test('of a command line without end, rules see where it begins and where it ends', () => {
  const long = `echo ${'A'.repeat(100_000)} | base64 -d | bash`
  const argv = ['sh', '-c', long, ...Array.from({ length: 250 }, () => 'x'.repeat(100))]
  const ancestors = [{ pid: 2, command: long }]
  const [view] = viewsOfEvent({ ...exec, argv, command: long, ancestors })
  const fields = { ...view?.fields }
  const seen = [fields['command'], ...Object.values(fields['argv'] ?? {}), ...execWords(fields['ancestors'])].map(
    String,
  )
  assert.match(seen[0] ?? '', /^echo A+ … A+ \| base64 -d \| bash$/)
  assert.ok(seen.join('').length < 2100 + 2000 + 500 + 2)
})

function execWords(ancestors: unknown): unknown[] {
  return Array.isArray(ancestors) ? ancestors.flatMap(one => Object.values(Object(one))) : []
}
