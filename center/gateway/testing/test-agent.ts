import assert from 'node:assert/strict'
import { randomUUID, webcrypto } from 'node:crypto'
import { once } from 'node:events'
import { request as httpsRequest } from 'node:https'
import { WebSocket } from 'ws'
import { type CenterFrame, centerFrame, type EnrolAnswer, enrolAnswer } from '../../../model/wire/index.ts'
import { Pkcs10CertificateRequestGenerator } from '../../keys/x509.ts'

/** The other side of the wire, as small as it can be: a key, a CSR, requests, frames. */
export interface TestIdentity {
  readonly key: string
  readonly pair: webcrypto.CryptoKeyPair
  readonly csr: string
}

export type Certified = { readonly key: string; readonly cert: string; readonly ca: string; readonly agent: string }

export async function newIdentity(algorithm: 'P-256' | 'P-384' | 'Ed25519' = 'P-256'): Promise<TestIdentity> {
  const parameters =
    algorithm === 'Ed25519' ? { name: 'Ed25519' } : { name: 'ECDSA', namedCurve: algorithm, hash: 'SHA-256' }
  const pair = (await webcrypto.subtle.generateKey(parameters, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair
  const csr = await Pkcs10CertificateRequestGenerator.create({
    name: 'CN=whatever it likes',
    keys: pair,
    signingAlgorithm: parameters,
  })
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', pair.privateKey)).toString('base64')
  return { pair, csr: csr.toString('pem'), key: `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n` }
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

export async function ask(
  port: number,
  ca: string,
  {
    method = 'GET',
    path,
    body,
    certified,
    raw,
    type = 'application/json',
  }: { method?: string; path: string; body?: unknown; certified?: Partial<Certified>; raw?: Buffer; type?: string },
): Promise<Answer> {
  const content = raw ?? (body === undefined ? undefined : Buffer.from(JSON.stringify(body)))
  const request = httpsRequest({
    host: '127.0.0.1',
    port,
    ca,
    path,
    method,
    agent: false,
    ...(certified === undefined ? {} : { cert: certified.cert, key: certified.key }),
    headers: content === undefined ? {} : { 'content-type': type, 'content-length': content.length },
  })
  request.end(content)
  const [response] = await once(request, 'response')
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }
}

export async function enrolWith(
  port: number,
  ca: string,
  token: string,
  identity: TestIdentity,
  more: { hostname?: string; machine?: string; previous?: string; previousProof?: string } = {},
): Promise<{ status: number; answer: EnrolAnswer | undefined; text: string }> {
  const body = { token, csr: identity.csr, hostname: 'web-1', machine: '', program: '0.1.0', ...more }
  const { status, body: text } = await ask(port, ca, { method: 'POST', path: '/agent/v1/enrol', body })
  const parsed = enrolAnswer.safeParse(JSON.parse(text.toString()))
  return { status, answer: parsed.data, text: text.toString() }
}

/** Joins a new host. */
export async function join(
  port: number,
  ca: string,
  token: string,
  more: Parameters<typeof enrolWith>[4] = {},
): Promise<Certified> {
  const identity = await newIdentity()
  const { answer, text } = await enrolWith(port, ca, token, identity, more)
  assert.ok(answer?.state === 'enrolled', text)
  return { key: identity.key, cert: answer.certificate, ca: answer.authority, agent: answer.agent }
}

export function helloFrame(more: Readonly<Record<string, unknown>> = {}) {
  return {
    type: 'hello',
    protocol: 1,
    program: '0.1.0',
    capabilities: ['scan:quick'],
    hostname: 'web-1',
    system: 'Debian GNU/Linux 13',
    kernel: '6.18.0',
    architecture: 'x86_64',
    machine: 'm1',
    boot: 'b1',
    addresses: ['192.0.2.1'],
    startedAt: new Date().toISOString(),
    clock: new Date().toISOString(),
    spool: randomUUID(),
    policyVersion: 0,
    orderSequence: 0,
    ...more,
  }
}

export interface TestAgent {
  /** Agent id. */
  readonly agent: string
  readonly socket: WebSocket
  readonly frames: CenterFrame[]
  send(frame: unknown): void
  /** The next frame of that type that was not asked for yet. */
  next<T extends CenterFrame['type']>(type: T): Promise<Extract<CenterFrame, { type: T }>>
  /** Resolves with the close code. */
  readonly closed: Promise<number>
  leave(): Promise<void>
}

/** Rejects with the HTTP status when the center refuses the connection. */
export async function connect(port: number, certified: Partial<Certified> & { ca: string }): Promise<TestAgent> {
  const socket = new WebSocket(`wss://127.0.0.1:${port}/agent/v1/connect`, {
    ca: certified.ca,
    ...(certified.cert === undefined ? {} : { cert: certified.cert, key: certified.key }),
    perMessageDeflate: false,
  })
  const frames: CenterFrame[] = []
  const taken = new Map<string, number>()
  const wakers = new Set<() => void>()
  let over = false
  const wake = () => {
    for (const one of wakers) one()
    wakers.clear()
  }
  socket.on('message', data => {
    frames.push(centerFrame.parse(JSON.parse(data.toString())))
    wake()
  })
  const closed = new Promise<number>(resolve =>
    socket.on('close', code => {
      over = true
      wake()
      resolve(code)
    }),
  )
  await new Promise<void>((resolve, reject) => {
    socket.on('open', resolve)
    socket.on('unexpected-response', (_request, response) =>
      reject(new Error(`${response.statusCode} ${response.headers['davylamp-reason'] ?? ''}`.trim())),
    )
    socket.on('error', reject)
  })
  async function next<T extends CenterFrame['type']>(type: T): Promise<Extract<CenterFrame, { type: T }>> {
    for (;;) {
      const ofType = frames.filter((frame): frame is Extract<CenterFrame, { type: T }> => frame.type === type)
      const at = taken.get(type) ?? 0
      const found = ofType[at]
      if (found !== undefined) {
        taken.set(type, at + 1)
        return found
      }
      if (over)
        throw new Error(
          `The connection ended without ${type}; it had ${frames.map(frame => JSON.stringify(frame)).join(' ')}`,
        )
      await new Promise<void>(resolve => wakers.add(resolve))
    }
  }
  return {
    agent: certified.agent ?? '',
    socket,
    frames,
    next,
    closed,
    send: frame => socket.send(JSON.stringify(frame)),
    leave: async () => {
      socket.terminate()
      await closed
    },
  }
}

/** Connects and has been welcomed. */
export async function arrive(
  port: number,
  certified: Certified,
  more: Readonly<Record<string, unknown>> = {},
): Promise<TestAgent> {
  const agent = await connect(port, certified)
  agent.send(helloFrame(more))
  await agent.next('welcome')
  return agent
}
