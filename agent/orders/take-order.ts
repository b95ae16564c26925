import { join } from 'node:path'
import { z } from 'zod'
import { canonicalHash } from '../../engine/index.ts'
import { agentConfig, order as orderSchema, type Order, type Report } from '../../model/wire/index.ts'
import { listRuns, showRun, Vault } from '../../remedies/index.ts'
import { displayBytes } from '../../target/index.ts'
import { agentFolders, readText } from '../own-files.ts'
import { judgeOrder, type Judgement } from './judge-order.ts'
import type { HostKnowledge } from './knowledge.ts'
import { KnownThings } from './known.ts'
import { type NewOrder, OrderLedger } from './ledger.ts'
import { realPath } from './real-path.ts'

/** What the agent hands to the process that judges: on its standard input, never on a command line. */
export const takeRequest = z.object({
  /** As it came over the wire. */
  order: z.unknown(),
  agent: z.string(),
  orderKeys: z.array(z.object({ key: z.string(), publicKey: z.string() })),
  capabilities: z.array(z.string()),
  /** A mounted tree instead of this host. */
  root: z.string().optional(),
})
export type TakeRequest = z.infer<typeof takeRequest>

/** What became of it: what to report, and whether there is something to carry out now. */
export interface Taken {
  readonly report?: Extract<Report, { kind: 'order' }>
  /** Set when it is accepted and not begun. */
  readonly accepted?: Order
}

/**
 * Judges an order against what lies in the state folder and writes it down before anybody acts on it. An order that was taken
 * before is answered with the state that it has.
 */
export function takeOrder(state: string, request: TakeRequest, now = new Date()): Taken {
  const ledger = new OrderLedger(join(agentFolders(state).own, 'orders.db'))
  try {
    return ledger.take(() => decide(state, request, ledger, now))
  } finally {
    ledger.close()
  }
}

function decide(
  state: string,
  request: TakeRequest,
  ledger: OrderLedger,
  now: Date,
): Taken & { readonly write?: NewOrder } {
  const named = orderSchema.safeParse(at(request.order, 'order'))
  const before = named.success ? ledger.find(named.data.id) : undefined
  if (named.success && before !== undefined) {
    if (before.hash !== canonicalHash(named.data))
      return answered(named.data.id, { refusal: 'replayed', reason: 'Another order had this id.' })
    const { id, refusal, reason, run, scan } = before
    const report = {
      kind: 'order',
      order: id,
      state: before.state,
      ...present({ refusal, reason, run, scan }),
    } as const
    // Whoever judged it the first time may have ended before the answer was heard.
    return before.state === 'accepted' ? { report, accepted: named.data } : { report }
  }
  const judgement = judgeOrder(request.order, knowledgeOf(state, request, ledger, now))
  const id = judgement.order?.id ?? (named.success ? named.data.id : undefined)
  if (id === undefined) return {}
  return judgement.kind === 'refused'
    ? { ...answered(id, judgement), ...written(judgement) }
    : {
        report: { kind: 'order', order: id, state: 'accepted' },
        accepted: judgement.order,
        write: { ...judgement, state: 'accepted' },
      }
}

function written(judgement: Extract<Judgement, { kind: 'refused' }>): { write?: NewOrder } {
  const { order, hash, refusal, reason } = judgement
  return order === undefined || hash === undefined ? {} : { write: { order, hash, state: 'refused', refusal, reason } }
}

function answered(id: string, { refusal, reason }: Pick<NewOrder & object, 'refusal' | 'reason'>): Taken {
  return { report: { kind: 'order', order: id, state: 'refused', ...present({ refusal, reason }) } }
}

/** What a host knows of itself, read when it is asked for. */
export function knowledgeOf(state: string, request: TakeRequest, ledger: OrderLedger, now: Date): HostKnowledge {
  const folders = agentFolders(state)
  const config = agentConfig.parse(JSON.parse(readText(folders.config) ?? 'null'))
  const known = new KnownThings(folders.own)
  const vault = new Vault(join(state, 'vault'))
  return {
    agent: request.agent,
    orderKeys: request.orderKeys,
    now,
    minuteOfDay: now.getHours() * 60 + now.getMinutes(),
    lastSequence: ledger.lastSequence(),
    hasNonce: nonce => ledger.hasNonce(nonce),
    approvalUsed: use => ledger.approvalUsed(use),
    policy: config.orders,
    mayUpgrade: config.upgrade,
    capabilities: request.capabilities,
    waiting: ledger.unfinished().length,
    incident: id => known.incident(id),
    keptFor: plan => known.keptFor(plan),
    plan: id => known.plan(id),
    run: id => runOn(state, id, ledger),
    entry(id) {
      const entry = vault.list().find(one => one.id === id)
      return entry === undefined ? undefined : { ...entry, path: displayBytes(entry.origin) }
    },
    blockedByCenter: address => blockedBy(state, ledger).has(address),
    order: id => ledger.find(id)?.state,
    resolve: path => realPath(path, request.root),
  }
}

function runOn(state: string, id: string, ledger: OrderLedger): 'ordered' | 'local' | undefined {
  try {
    showRun(state, id)
  } catch {
    return undefined
  }
  return ledger.orderOfRun(id) === undefined ? 'local' : 'ordered'
}

/** Addresses that runs of this center's orders blocked; what people blocked besides stays theirs. */
function blockedBy(state: string, ledger: OrderLedger): ReadonlySet<string> {
  const ordered = new Set(ledger.runs())
  const addresses = new Set<string>()
  // Oldest first: the last one to block it or to let it go decides.
  for (const run of listRuns(state))
    for (const { action, outcome } of run.actions) {
      if (action.kind !== 'block-address' && action.kind !== 'unblock-address') continue
      if (outcome !== 'done') continue
      if (action.kind === 'block-address' && ordered.has(run.id)) addresses.add(action.address)
      else addresses.delete(action.address)
    }
  return addresses
}

function at(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

function present<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, one]) => one !== undefined)) as Present<T>
}
