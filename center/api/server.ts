import { constants } from 'node:crypto'
import { createServer as createPlainServer, type Server } from 'node:http'
import { createServer, Server as TlsServer } from 'node:https'
import { isIPv6, type AddressInfo } from 'node:net'
import cookie from '@fastify/cookie'
import helmet from '@fastify/helmet'
import Fastify, { type FastifyInstance } from 'fastify'
import { allRoutes, healthRoutes, liveRoutes, type RouteTable } from '../../model/api/index.ts'
import type { Center } from '../context.ts'
import { uuid7 } from '../uuid7.ts'
import { busProbe } from './bus-probe.ts'
import { serveDocumentation } from './documentation.ts'
import type { AnswerPage } from './console.ts'
import { answerErrors, answerUnroutable, refuseBroken } from './errors.ts'
import { healthPage } from './health.ts'
import { forgetAnswers } from './idempotency.ts'
import { jsonBody } from './json-body.ts'
import { limitsOf } from './limits.ts'
import { liveHandlers } from './live.ts'
import { liveHub } from './live-hub.ts'
import { gauge } from './metrics.ts'
import { serveProbes } from './probes.ts'
import type { ApiHandlers, Authenticate, WriteAudit } from './ports.ts'
import { type ApiParts, registerRoutes } from './register-routes.ts'

/** PEM, the chain included. */
export interface Certificate {
  readonly key: string
  readonly cert: string
}

export interface ApiOptions {
  readonly center: Center
  readonly authenticate: Authenticate
  readonly audit: WriteAudit
  /** `plain-http` only behind a proxy that speaks TLS, or in tests. */
  readonly tls: Certificate | 'plain-http'
  readonly listen: { readonly host: string; readonly port: number }
  /** Addresses or networks of proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies?: readonly string[]
  /** Default false: see ApiParts. */
  readonly strictAnswers?: boolean
  /** How long a request may take; default 60 seconds. */
  readonly timeoutMs?: number
  /** Shown by the health page. */
  readonly program: string
  /** The console: whatever is no function of the API is asked for here. */
  readonly pages?: AnswerPage
  /** Documented at /api; default: all of the API. */
  readonly documented?: RouteTable
}

/** Some functions of the API with what does them; `serve()` ties the two together for the compiler. */
export interface Served {
  register(app: FastifyInstance, parts: ApiParts): void
}

export function serve<T extends RouteTable>(table: T, handlers: ApiHandlers<T>): Served {
  return { register: (app, parts) => registerRoutes(app, table, handlers, parts) }
}

export interface ApiServer {
  readonly app: FastifyInstance
  /** Where it listens: `https://127.0.0.1:8443`. */
  readonly address: string
  readonly port: number
  /** For connections from now on. */
  renewCertificate(tls: Certificate): void
  /** Ends streams, lets requests finish, then closes. */
  close(): Promise<void>
}

/** The HTTPS server for people and programs. */
export async function startApi(options: ApiOptions, served: readonly Served[]): Promise<ApiServer> {
  const { center, tls, listen } = options
  const server = tls === 'plain-http' ? plainServer() : tlsServer(tls)
  const app = appOn(server, options)
  await app.register(cookie)
  await app.register(helmet, securityHeaders(tls !== 'plain-http'))
  const limits = await limitsOf(app)
  const parts: ApiParts = {
    center,
    authenticate: options.authenticate,
    audit: options.audit,
    limits,
    strictAnswers: options.strictAnswers ?? false,
    // The port is known when it is listened on.
    get ownOrigins() {
      return new Set([new URL(center.settings.address).origin])
    },
    timeoutMs: options.timeoutMs ?? 60_000,
  }
  takeOnlyJson(app)
  answerErrors(app, center.log, options.pages)
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
    reply.header('cache-control', 'no-store')
    reply.header('permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()')
    await limits.address(request, reply)
  })
  for (const one of [...served, ...ownFunctions(app, options)]) one.register(app, parts)
  serveProbes(app, parts, options.trustedProxies !== undefined)
  serveDocumentation(app, options.documented ?? allRoutes)
  const forgetting = setInterval(() => forget(center), 3_600_000).unref()
  await app.listen({ host: listen.host, port: listen.port })
  const port = portOf(server)
  return {
    app,
    port,
    address: `${tls === 'plain-http' ? 'http' : 'https'}://${reachable(listen.host)}:${port}`,
    renewCertificate: renewed => {
      if (server instanceof TlsServer) server.setSecureContext({ key: renewed.key, cert: renewed.cert })
    },
    async close() {
      clearInterval(forgetting)
      // A connection whose last answer ends only now would otherwise be kept for a next request.
      const idle = setInterval(() => server.closeIdleConnections(), 100)
      const patience = setTimeout(() => server.closeAllConnections(), 10_000)
      await app.close()
      clearInterval(idle)
      clearTimeout(patience)
    },
  }
}

/** Live view and health: about the process that serves them. */
function ownFunctions(app: FastifyInstance, { center, authenticate, program }: ApiOptions): Served[] {
  const hub = liveHub(center, authenticate)
  const bus = busProbe(center)
  const health = healthPage({ program, liveStreams: hub.count, pingBus: bus.ping })
  const stopCounting = gauge('live_streams', 'Live views that are open', hub.count)
  app.addHook('preClose', async () => {
    hub.close()
    bus.stop()
    health.stop()
    stopCounting()
  })
  return [serve(liveRoutes, liveHandlers(hub)), serve(healthRoutes, health.handlers)]
}

/** RFC 9112 limits and times of a connection: what is not sent within them is a flood or a broken line. */
const connectionLimits = {
  requestTimeout: 60_000,
  headersTimeout: 20_000,
  keepAliveTimeout: 75_000,
  maxHeaderSize: 16_384,
}

function plainServer(): Server {
  return createPlainServer(connectionLimits)
}

/** TLS 1.2 is for the browsers and tools of old systems that people still administrate from; only with forward secrecy and AEAD. */
function tlsServer({ key, cert }: Certificate): TlsServer {
  const ciphers =
    'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:ECDHE+AESGCM:ECDHE+CHACHA20'
  return createServer({
    ...connectionLimits,
    key,
    cert,
    minVersion: 'TLSv1.2',
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    ciphers,
    honorCipherOrder: true,
  })
}

function appOn(server: Server | TlsServer, { trustedProxies }: ApiOptions): FastifyInstance {
  return Fastify({
    serverFactory: handler => server.on('request', handler) as Server,
    trustProxy: trustedProxies === undefined ? false : [...trustedProxies],
    genReqId: () => uuid7(),
    requestIdHeader: false,
    forceCloseConnections: 'idle',
    frameworkErrors: answerUnroutable,
    clientErrorHandler: refuseBroken,
    routerOptions: { maxParamLength: 500, ignoreTrailingSlash: false },
    logger: false,
  })
}

/**
 * Pages load nothing but our own files, and nothing inline; nobody may frame them. The API's answers need none of it, but a browser
 * that is made to show one as a page must not find anything to run in it either.
 */
function securityHeaders(tls: boolean) {
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: tls ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    crossOriginResourcePolicy: { policy: 'same-origin' },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginEmbedderPolicy: false,
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
  } as const
}

function takeOnlyJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) =>
    jsonBody(body),
  )
}

function forget(center: Center): void {
  forgetAnswers(center).catch((error: unknown) => {
    center.log.warn('Old answers to idempotency keys could not be removed; it is tried again in an hour', {
      error: String(error),
    })
  })
}

function portOf(server: Server | TlsServer): number {
  return (server.address() as AddressInfo).port
}

function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return isIPv6(host) ? `[${host}]` : host
}
