import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadAgent, loadJoin, type Worker, type WorkerSurroundings } from '../../../agent/index.ts'
import type { Plan, Run, Scan } from '../../../model/index.ts'
import { agentConfig, type Report, type SignedOrder, signedOrder } from '../../../model/wire/index.ts'

/** A real agent, joined to a real center, whose host is a tree in a folder: scans and cleanings are those of the command line. */
export interface TreeAgent {
  readonly id: string
  stop(): Promise<void>
}

export interface TreeHost {
  /** The agents' port of the center. */
  readonly center: string
  readonly token: string
  readonly fingerprint: string
  readonly name: string
  readonly root: string
  /** Lets the center upgrade it; nothing is replaced, though. Default no. */
  readonly upgradable?: boolean
}

export async function startTreeAgent(host: TreeHost): Promise<TreeAgent> {
  const { center, token, fingerprint, name, root, upgradable = false } = host
  const state = mkdtempSync(join(tmpdir(), 'davylamp-tree-agent-'))
  const { joinCenter } = await loadJoin()
  const identity = await joinCenter({ state, center, token, fingerprint, name, program: 'davylamp test' })
  const { Agent } = await loadAgent()
  const agent = await Agent.start({
    state,
    program: 'davylamp 0.1.0',
    launcher: '/bin/false',
    readConfig: async () => agentConfig.parse({ center, upgrade: upgradable }),
    replaceable: () => true,
    makeWorker: surroundings => treeWorker(surroundings, join(state, 'work'), root),
    upgrade: () => Promise.reject(new Error('a tree cannot be upgraded')),
    log: () => {},
    connection: { pauseFactor: 0.05 },
    tickMs: 50,
  })
  return {
    id: identity.agent,
    async stop() {
      await agent.stop('shutdown')
      rmSync(state, { recursive: true, force: true })
    },
  }
}

function treeWorker({ report }: WorkerSurroundings, state: string, root: string): Worker {
  const orders = new Map<string, SignedOrder['order']>()
  const planned = new Map<string, Plan>()
  let largest = 0
  const ask = (words: readonly string[]) => davylamp(['--state', state, '--json', ...words])
  const look = async (order?: string): Promise<Scan['verdict']> => {
    const scan: Scan = JSON.parse(await ask(['scan', '--root', root]))
    const id = randomUUID()
    report({ kind: 'scan', id, scan, ...(order === undefined ? {} : { order }) })
    const plan: Plan = JSON.parse(await ask(['plan', '--root', root]))
    const [incident] = plan.incidents
    if (incident !== undefined) planned.set(plan.id, plan)
    const plans = incident === undefined ? [] : [{ incident, handling: 'in-depth' as const, plan }]
    report({ kind: 'plans', scan: id, plans })
    return scan.verdict
  }
  const clean = async (order: string, wanted: string | undefined) => {
    const plan = wanted === undefined ? [...planned.values()].at(-1) : planned.get(wanted)
    if (plan === undefined)
      return { state: 'refused', refusal: 'no-such-plan', reason: 'this host has no such plan' } as const
    const path = join(state, `${order}.json`)
    writeFileSync(path, JSON.stringify(plan))
    const run: Run = JSON.parse(await ask(['clean', '--root', root, '--plan', path, '--yes']))
    report({ kind: 'run', order, run: { ...run, proof: undefined } as Run })
    for (const step of run.actions)
      report({ kind: 'run-step', order, run: run.id, plan: run.plan, state: step, of: run.actions.length })
    report({ kind: 'run', order, run })
    return { state: run.proof?.result === 'clean' ? 'done' : 'partial', run: run.id } as const
  }
  const outcome = async ({
    id,
    action,
  }: SignedOrder['order']): Promise<Omit<Extract<Report, { kind: 'order' }>, 'kind' | 'order'>> => {
    if (action.kind === 'clean') return clean(id, action.plan)
    if (action.kind === 'scan') await look(id)
    return { state: 'done' }
  }
  const nothing = async () => {}
  return {
    capabilities: [
      'scan',
      'scan:quick',
      'clean',
      'prove',
      'undo',
      'restore',
      'block',
      'unblock',
      'cancel',
      'report-inventory',
      'upgrade',
    ],
    start: async () => [],
    async look() {
      const verdict = await look()
      return { verdict: verdict === 'nothing' ? 'clean' : verdict, incidents: [] }
    },
    inventory: nothing,
    kept: nothing,
    ran: async () => {},
    centerAddresses: async () => [],
    nextLaterLook: () => undefined,
    laterLooks: nothing,
    async take(given) {
      const { order } = signedOrder.parse(given)
      orders.set(order.id, order)
      largest = Math.max(largest, order.sequence)
      report({ kind: 'order', order: order.id, state: 'accepted' })
      return order.id
    },
    takesLong: () => false,
    async carryOut(id) {
      const order = orders.get(id)
      if (order === undefined) return
      report({ kind: 'order', order: id, state: 'running' })
      report({ kind: 'order', order: id, ...(await outcome(order)) })
    },
    upgradeEnded() {},
    orderSequence: () => largest,
    cost: () => ({ periodSeconds: 1, cpuSeconds: 0, residentBytes: 1, anonymousBytes: 1, childrenCpuSeconds: 0 }),
    checkTampering: nothing,
    noteExec() {},
    signalWords: signal => signal,
    rememberOwnFiles: nothing,
    stop: nothing,
  }
}

export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** What the program prints; a document also where its exit status says that something is left. */
async function davylamp(words: readonly string[]): Promise<string> {
  const { stdout, stderr } = await runProgram(words)
  if (stdout === '') throw new Error(`davylamp ${words.join(' ')}: ${stderr}`)
  return stdout
}

const flags = ['--disable-warning=ExperimentalWarning', '--enable-experimental-regexp-engine-on-excessive-backtracks']
const main = join(import.meta.dirname, '..', '..', 'main.ts')

/** Runs the program without a terminal. It must not be waited for synchronously: the center may be in this process. */
export async function runProgram(
  words: readonly string[],
  {
    input = '',
    environment = {},
  }: { readonly input?: string; readonly environment?: Readonly<Record<string, string>> } = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [...flags, main, ...words], {
    env: { PATH: '/usr/bin:/bin', COLUMNS: '100', ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', text => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', text => {
    stderr += text
  })
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const [status] = await once(child, 'close')
  return { status, stdout, stderr }
}
