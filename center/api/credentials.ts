import type { FastifyRequest } from 'fastify'
import type { Credentials } from './ports.ts'

/** What a request shows of who sends it. */
export function credentialsOf(request: FastifyRequest, passive: boolean): Credentials {
  return {
    authorization: request.headers.authorization,
    cookies: request.cookies,
    address: request.ip,
    userAgent: (request.headers['user-agent'] ?? '').slice(0, 300),
    passive,
  }
}
