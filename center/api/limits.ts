import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { RouteContract } from '../../model/api/index.ts'
import { LaterProblem } from './problems.ts'
import type { SignedIn } from './ports.ts'

/** Requests a minute of one address to everything: an office behind one address works, a flood does not. */
const perAddress = 3_000
/** Requests of one caller that are being answered at the same moment: nobody takes all of the store's connections. */
const mostAtOnce = 16

/**
 * Counted in the memory of this process: with N center processes a caller that spreads its requests gets N times as much.
 * That protects a process, which is what it is for; what must hold over all (lock-out of passwords) is kept in the store.
 */
export interface Limits {
  /** Throws 429 with Retry-After. */
  address(request: FastifyRequest, reply: FastifyReply): Promise<void>
  route(
    route: RouteContract,
  ): (request: FastifyRequest, reply: FastifyReply, caller: SignedIn | undefined) => Promise<void>
  /** Throws 429 when the caller has too much going on; the result ends it. */
  enter(caller: SignedIn): () => void
}

export async function limitsOf(app: FastifyInstance): Promise<Limits> {
  await app.register(rateLimit, { global: false, timeWindow: minute, cache: 10_000 })
  const address = app.createRateLimit({ max: perAddress, timeWindow: minute })
  const atOnce = new Map<string, number>()
  return {
    async address(request, reply) {
      refuseBeyond(await address(request), reply)
    },
    route(route) {
      const max = route.perMinute ?? (route.needs === 'public' ? 10 : 600)
      const keyGenerator = (request: FastifyRequest) => callerKeys.get(request) ?? rateLimit.normalizeIP(request.ip)
      const limit = app.createRateLimit({ max, timeWindow: minute, keyGenerator })
      return async (request, reply, caller) => {
        if (caller !== undefined) callerKeys.set(request, callerKey(caller))
        refuseBeyond(await limit(request), reply)
      }
    },
    enter(caller) {
      const key = callerKey(caller)
      const now = (atOnce.get(key) ?? 0) + 1
      if (now > mostAtOnce)
        throw new LaterProblem(
          429,
          'too-many',
          'Too many requests at once',
          'Wait for answers before you ask for more.',
          1,
        )
      atOnce.set(key, now)
      return () => leave(atOnce, key)
    },
  }
}

const minute = 60_000
const callerKeys = new WeakMap<FastifyRequest, string>()

export function callerKey(caller: SignedIn): string {
  return `${caller.tenant} ${caller.kind} ${caller.id}`
}

function leave(atOnce: Map<string, number>, key: string): void {
  const left = (atOnce.get(key) ?? 1) - 1
  if (left > 0) atOnce.set(key, left)
  else atOnce.delete(key)
}

type Counted = Awaited<ReturnType<ReturnType<FastifyInstance['createRateLimit']>>>

function refuseBeyond(counted: Counted, reply: FastifyReply): void {
  if (counted.isAllowed) return
  reply.header('ratelimit-limit', counted.max)
  reply.header('ratelimit-remaining', counted.remaining)
  reply.header('ratelimit-reset', counted.ttlInSeconds)
  if (!counted.isExceeded) return
  const detail = `At most ${counted.max} a minute are answered. Try again in ${counted.ttlInSeconds} seconds.`
  throw new LaterProblem(429, 'too-many', 'Too many requests', detail, Math.max(1, counted.ttlInSeconds))
}
