import type { LiveChange, LiveKind } from '../../model/api/index.ts'
import type { BusMessage, Center } from '../context.ts'
import { ProblemError } from '../problem-error.ts'
import { callerKey } from './limits.ts'
import { groupsOfThings, liveKind, liveRules } from './live-kinds.ts'
import { LiveStream } from './live-stream.ts'
import type { Authenticate, Credentials, SignedIn } from './ports.ts'
import { LaterProblem } from './problems.ts'

/** Enough for a person with some tabs; each costs memory and a share of every message. */
const mostOfCaller = 10
const mostOfProcess = 5_000
/** Changes of the same thing within this time are one, and are looked up together. */
const gatherMs = 300
const mostGathered = 2_000
/** Messages may be lost, so rights are looked at again without one. */
const recheckMs = 60_000
const sessionsMs = 100

export interface LiveHub {
  open(
    caller: SignedIn,
    credentials: Credentials,
    kinds: readonly LiveKind[] | undefined,
    gone: AbortSignal,
  ): AsyncIterable<string>
  count(): number
  close(): void
}

/** All live streams of this process: what the bus says, narrowed to what each caller may see. */
export function liveHub(center: Center, authenticate: Authenticate): LiveHub {
  const streams = new Set<LiveStream>()
  const gathered = new Map<string, { tenant: string; change: LiveChange }>()
  const askedAgain = new Set<string>()
  let gathering: NodeJS.Timeout | undefined
  let asking: NodeJS.Timeout | undefined

  const of = (tenant: string) => [...streams].filter(stream => stream.caller.tenant === tenant)

  function heard(message: BusMessage): void {
    if (message.what === 'missed') for (const stream of streams) stream.lookAgain('maybe-missed')
    const kind = liveKind(message.what)
    if (kind === undefined || of(message.tenant).length === 0) return
    gathered.set(`${message.tenant} ${kind} ${message.id}`, {
      tenant: message.tenant,
      change: changeOf(message, kind, center.clock()),
    })
    if (gathered.size > mostGathered) overflow()
    gathering ??= setTimeout(() => void spread(), gatherMs)
  }

  function overflow(): void {
    gathered.clear()
    for (const stream of streams) stream.lookAgain('too-much')
  }

  async function spread(): Promise<void> {
    gathering = undefined
    const tenants = Map.groupBy(gathered.values(), ({ tenant }) => tenant)
    gathered.clear()
    for (const [tenant, changes] of tenants)
      await spreadOf(
        tenant,
        changes.map(({ change }) => change),
      ).catch((error: unknown) => {
        center.log.warn('The groups of what changed could not be read; live views are told to look again', {
          error: String(error),
        })
        for (const stream of of(tenant)) stream.lookAgain('maybe-missed')
      })
  }

  async function spreadOf(tenant: string, changes: readonly LiveChange[]): Promise<void> {
    for (const [kind, some] of Map.groupBy(changes, ({ what }) => what)) {
      const restricted = of(tenant).some(stream => Array.isArray(stream.caller.groupsFor(liveRules[kind].needs)))
      const ids = some.map(({ id }) => id)
      const groups = restricted
        ? await center.store.tenant(tenant, db => groupsOfThings(db, kind, ids))
        : new Map<string, string[]>()
      for (const stream of of(tenant)) for (const change of some) stream.offer(change, groups.get(change.id) ?? [])
    }
  }

  function sessionsChanged({ tenant, what }: BusMessage): void {
    for (const stream of streams)
      if (what === 'missed' || stream.caller.tenant === tenant) askedAgain.add(stream.caller.tenant)
    if (askedAgain.size > 0) asking ??= setTimeout(() => void askAgain(), sessionsMs)
  }

  async function askAgain(): Promise<void> {
    asking = undefined
    const tenants = new Set(askedAgain)
    askedAgain.clear()
    for (const stream of [...streams]) if (tenants.has(stream.caller.tenant)) await recheck(stream)
  }

  /** The same credentials once more: whoever lost the session goes, whoever has other rights now gets those. */
  async function recheck(stream: LiveStream): Promise<void> {
    try {
      const now = await authenticate({ ...stream.credentials, passive: true })
      if (now === undefined || now.tenant !== stream.caller.tenant || now.id !== stream.caller.id)
        stream.end('signed-out')
      else stream.caller = seeing(now)
    } catch (error) {
      if (error instanceof ProblemError) stream.end('signed-out')
      else
        center.log.warn('A live view could not be checked again; it is tried again in a minute', {
          error: String(error),
        })
    }
  }

  const everyMinute = setInterval(() => {
    for (const stream of streams) askedAgain.add(stream.caller.tenant)
    asking ??= setTimeout(() => void askAgain(), sessionsMs)
  }, recheckMs).unref()
  const unsubscribe = [center.bus.subscribe('live', heard), center.bus.subscribe('sessions', sessionsChanged)]

  return {
    open(caller, credentials, kinds, gone) {
      refuseBeyond(streams, caller)
      const stream = new LiveStream(seeing(caller), credentials, kinds, center.node)
      streams.add(stream)
      gone.addEventListener('abort', () => stream.end('closing'), { once: true })
      stream.ended.then(() => streams.delete(stream)).catch(() => undefined)
      if (gone.aborted) stream.end('closing')
      return stream.text()
    },
    count: () => streams.size,
    close() {
      for (const stop of unsubscribe) stop()
      clearInterval(everyMinute)
      clearTimeout(gathering)
      clearTimeout(asking)
      for (const stream of streams) stream.end('closing')
    },
  }
}

/** Whoever must change the password first is told so here, and not in the middle of everybody's changes. */
function seeing(caller: SignedIn): SignedIn {
  caller.groupsFor('hosts:read')
  return caller
}

function changeOf({ id, detail }: BusMessage, what: LiveKind, at: Date): LiveChange {
  return { what, id, at: at.toISOString(), ...(detail === undefined ? {} : { detail }) }
}

function refuseBeyond(streams: ReadonlySet<LiveStream>, caller: SignedIn): void {
  const key = callerKey(caller)
  if ([...streams].filter(stream => callerKey(stream.caller) === key).length >= mostOfCaller)
    throw new LaterProblem(
      429,
      'too-many',
      'Too many live views at once',
      `At most ${mostOfCaller} are open for you at a time. Close others first.`,
      30,
    )
  if (streams.size >= mostOfProcess)
    throw new LaterProblem(
      503,
      'try-again',
      'This center has too many live views open',
      'Try again later, or ask another center process.',
      30,
    )
}
