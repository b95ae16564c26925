import { BlockList, isIPv6 } from 'node:net'
import { sql } from 'kysely'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Center } from '../context.ts'
import { notAllowed, ProblemError } from '../problem-error.ts'
import { busProbe } from './bus-probe.ts'
import { credentialsOf } from './credentials.ts'
import { collectOwnProcess, histogram, registry } from './metrics.ts'
import type { ApiParts } from './register-routes.ts'

const answers = histogram('http_answer_seconds', 'How long answers took', ['function', 'status'])

/**
 * For load balancers, supervisors and Prometheus, outside of the API:
 * `/healthz` 200 while the process answers; `/readyz` 200 when store, migrations and bus work, else 503, each in a word;
 * `/metrics` from this machine without login, from elsewhere with a login or token that has health:read. Behind a proxy on this
 * machine everybody seems to be local, so then the login is always wanted.
 */
export function serveProbes(app: FastifyInstance, parts: ApiParts, behindProxy: boolean): void {
  collectOwnProcess()
  app.addHook('onResponse', async (request, reply) => {
    const labels = { function: functionOf(request), status: `${Math.floor(reply.statusCode / 100)}xx` }
    answers.observe(labels, reply.elapsedTime / 1000)
  })
  app.get('/healthz', async (_request, reply) => reply.type('application/json').send('{"ok":true}'))
  const readiness = readinessOf(parts.center)
  app.addHook('onClose', async () => readiness.stop())
  app.get('/readyz', async (_request, reply) => {
    const state = await readiness.look()
    return reply
      .code(state.ready ? 200 : 503)
      .type('application/json')
      .send(JSON.stringify(state))
  })
  app.get('/metrics', async (request, reply) => {
    await mayScrape(request, parts, behindProxy)
    return reply.type(registry.contentType).send(await registry.metrics())
  })
}

function functionOf(request: FastifyRequest): string {
  const { config, url } = request.routeOptions
  if ('api' in config && typeof config.api === 'string') return config.api
  return url ?? 'none'
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

async function mayScrape(request: FastifyRequest, parts: ApiParts, behindProxy: boolean): Promise<void> {
  const address = request.socket.remoteAddress ?? ''
  const forwarded = request.headers['x-forwarded-for'] !== undefined || request.headers['forwarded'] !== undefined
  if (!behindProxy && !forwarded && loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')) return
  const caller = await parts.authenticate(credentialsOf(request, true))
  if (caller === undefined)
    throw new ProblemError(401, 'sign-in', 'You are not signed in', 'Send an API token that has health:read.')
  if (caller.groupsFor('health:read') !== 'all') throw notAllowed('It needs the right health:read for all groups.')
}

interface Readiness {
  readonly ready: boolean
  readonly store: 'ok' | 'unreachable'
  readonly migrations: 'ok' | 'not applied' | 'unknown'
  readonly bus: 'ok' | 'silent'
}

/** Looks at most every two seconds, however many ask. */
function readinessOf(center: Center): { look(): Promise<Readiness>; stop(): void } {
  const bus = busProbe(center)
  let latest: Promise<Readiness> | undefined
  let until = 0
  async function fresh(): Promise<Readiness> {
    const [store, busTook] = await Promise.all([storeState(center), bus.ping()])
    const state = { ...store, bus: busTook === undefined ? 'silent' : 'ok' } as const
    return { ready: state.store === 'ok' && state.migrations === 'ok' && state.bus === 'ok', ...state }
  }
  return {
    look() {
      if (latest === undefined || Date.now() >= until) {
        until = Date.now() + 2_000
        latest = fresh()
      }
      return latest
    },
    stop: bus.stop,
  }
}

async function storeState(center: Center): Promise<Pick<Readiness, 'store' | 'migrations'>> {
  const looked = center.store.system(async db => {
    const found = await sql<{
      there: boolean
    }>`SELECT to_regclass('idempotent_answer') IS NOT NULL AND to_regclass('host') IS NOT NULL AS there`.execute(db)
    return found.rows[0]?.there === true
  })
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('the store is silent')), 5_000)
  try {
    return { store: 'ok', migrations: (await Promise.race([looked, late])) ? 'ok' : 'not applied' }
  } catch {
    looked.catch(() => undefined)
    return { store: 'unreachable', migrations: 'unknown' }
  } finally {
    clearTimeout(timer)
  }
}
