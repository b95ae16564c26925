import { infectedHost, type RealScan, realScan } from '../../ingest/testing/real-scan.ts'
import type { Fact, IdentifiedFact, Incident, Run } from '../../../model/index.ts'
import { factWith } from '../../../rulebook/index.ts'

/** What a host may call its things: markup, scripts, other directions of writing, characters that no font has. */
export const hostileTexts = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(2)>',
  "' onload='alert(3)",
  '</title></style><script>alert(4)</script>',
  '\u202egnp.exe',
  '挖矿 マイナー 채굴 การขุด 😀 \u0000\u001b[31m',
] as const

/**
 * An incident as a living host has it: processes with their parents, connections, a key, a login. Facts and their edges are made up
 * here; what the files give is found by our own collectors and rules.
 */
export async function richScan(): Promise<RealScan> {
  const real = await realScan(infectedHost())
  const [incident] = real.scan.incidents
  const script = incident?.members.find(one => one.kind === 'file' && one.path.endsWith('/xm'))
  if (incident === undefined || script === undefined) throw new Error('the infected host has no incident')
  const made = living()
  const members: IdentifiedFact[] = [...incident.members, ...made.members]
  const rich: Incident = {
    ...incident,
    members,
    context: [...incident.context, ...made.context],
    edges: [
      ...incident.edges,
      { from: script.id, to: 'p-101', reason: `runs ${'path' in script ? script.path : ''}` },
      ...made.edges,
    ],
    entryPoints: [
      {
        what: 'ssh-password',
        because: '198.51.100.77 logged in as deploy with a password after a burst of failed attempts',
        confidence: 'high',
        advice: 'Set a new password for deploy, set PasswordAuthentication no, and look at what else that address did.',
        fact: made.login,
      },
    ],
    rebuildAdvised: [],
  }
  return {
    ...real,
    scan: { ...real.scan, gaps: [{ what: 'sockets', why: 'needs a running system' }], incidents: [rich] },
  }
}

function living() {
  const named = (id: string, fact: Fact): IdentifiedFact => ({ ...fact, id })
  const process = (pid: number, parentPid: number, command: string, more = {}) =>
    named(
      `p-${pid}`,
      factWith({
        kind: 'process',
        pid,
        parentPid,
        startTime: pid,
        name: command.split(' ')[0]?.split('/').at(-1),
        path: command.split(' ')[0],
        command,
        argv: command.split(' '),
        user: 'deploy',
        startedAt: `2026-05-31T23:${String(pid % 60).padStart(2, '0')}:12Z`,
        cpuAveragePercent: 12.5,
        ...more,
      }),
    )
  const file = (id: string, path: string) =>
    named(
      id,
      factWith({
        kind: 'file',
        path,
        name: path.split('/').at(-1),
        type: 'file',
        ownership: 'unowned',
        created: '2026-05-31T23:40:00Z',
        changed: '2026-05-31T23:40:02Z',
        sha256: id.padEnd(64, 'c').replace(/[^0-9a-f]/g, 'e'),
      }),
    )
  const login = named(
    'login',
    factWith({
      kind: 'log-entry',
      path: '/var/log/auth.log',
      event: 'login',
      at: '2026-05-31T23:37:00Z',
      count: 1,
      user: 'deploy',
      address: '198.51.100.77',
      text: 'Accepted password for deploy',
    }),
  )
  const shell = process(90, 1, '/bin/sh -c /var/tmp/.x/xm')
  const main = process(101, 90, '/var/tmp/.x/xm -c /var/tmp/.x/config.json --threads=8', { cpuAveragePercent: 783.4 })
  const guard = process(102, 101, '/var/tmp/.x/guard')
  const socket = named(
    's-1',
    factWith({
      kind: 'socket',
      address: '203.0.113.9',
      port: 3333,
      protocol: 'tcp',
      pid: 101,
      scope: 'public',
      inode: 7,
    }),
  )
  const key = named(
    'key',
    factWith({
      kind: 'login-key',
      path: '/home/deploy/.ssh/authorized_keys',
      line: 2,
      text: 'ssh-ed25519 AAAA',
      user: 'deploy',
      keyType: 'ssh-ed25519',
      fingerprint: 'SHA256:abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
      comment: 'root@nowhere',
      modified: '2026-05-31T23:41:00Z',
    }),
  )
  const strange = hostileTexts.map((text, place) => file(`f-${place}`, `/var/tmp/.x/${text}`))
  const more = Array.from({ length: 9 }, (_, place) => file(`m-${place}`, `/var/tmp/.x/lib/module-${place}.so`))
  return {
    login,
    members: [main, guard, socket, key, ...strange, ...more],
    context: [shell, login],
    edges: [
      { from: 'p-101', to: 'p-102', reason: 'was started by pid 101' },
      { from: 'p-101', to: 's-1', reason: 'is a connection of the process' },
      ...strange.map(one => ({ from: 'p-102', to: one.id, reason: 'is held open by the process' })),
      ...more.map(one => ({ from: 'p-101', to: one.id, reason: 'is held open by the process' })),
      { from: 'p-102', to: 'key', reason: 'changed within the same ten minutes' },
    ],
  }
}

/** The run of a plan: all done but one step, with its proof. */
export function runOf({ plans }: RealScan, result: 'clean' | 'left' = 'clean'): Run {
  const [entry] = plans
  if (entry === undefined) throw new Error('there is no plan')
  const { plan, incident } = entry
  const id = '20261120-120500-a1b2'
  return {
    format: 'davylamp-run',
    version: 1,
    id,
    at: '2026-11-20T12:05:00Z',
    plan: plan.id,
    root: '/',
    live: true,
    state: result === 'clean' ? 'complete' : 'partial',
    incidents: [incident],
    actions: plan.actions.map(({ number, phase, action, reason, undoable }, place) => ({
      number,
      phase,
      action,
      reason,
      outcome: result === 'left' && place === 1 ? ('changed-since' as const) : ('done' as const),
      ...(result === 'left' && place === 1 ? { detail: 'its content is not what the plan saw' } : {}),
      undoable: undoable && place !== 3,
    })),
    proof: {
      format: 'davylamp-proof',
      version: 1,
      run: id,
      at: '2026-11-20T12:07:00Z',
      result,
      checked: plan.actions.map(({ action }) => ({
        what: 'path' in action ? `file ${action.path}` : action.kind,
        gone: result === 'clean',
        how: 'own reading of the file system',
      })),
      respawned: [],
      watchedSeconds: 60,
      remains: [...plan.advice.map(one => one.text), 'Renew the certificate', 'Tell the owner of web-2'].map(why => ({
        what: 'to do',
        why,
        advice: '',
      })),
      gaps: [],
      laterLooks: [
        { when: '1 h', at: '2026-11-20T13:07:00Z', installed: true },
        { when: '24 h', at: '2026-11-21T12:07:00Z', installed: true },
        { when: 'after the next boot', installed: false },
      ],
    },
  }
}
