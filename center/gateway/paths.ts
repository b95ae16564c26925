import type { IncomingMessage, ServerResponse } from 'node:http'
import { enrolRequest, largestFrame, renewRequest, sentFileEnd, sentPartBytes } from '../../model/wire/index.ts'
import { badRequest, notFound, ProblemError } from '../problem-error.ts'
import { AddressLimit } from './bucket.ts'
import { type Architecture, architectureNamed, architectures, type Downloads, joinName } from './downloads.ts'
import { enrol } from './enrol.ts'
import type { Exchanges } from './exchange.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { readBytes, readJson, sendJson, sendProblem } from './http.ts'
import type { KnownPeer } from './identity.ts'
import { renew } from './renew.ts'

type StrangerPaths = (request: IncomingMessage, response: ServerResponse, address: string) => Promise<boolean>

/** What needs no certificate. */
export function strangerPaths(options: GatewayParts, downloads: Downloads): StrangerPaths {
  // A whole network may join through one address; who guesses tokens gets nowhere with 256 bits.
  const limit = new AddressLimit(300, 600)
  return async (request, response, address) => {
    const path = request.url ?? ''
    const enrols = path === '/agent/v1/enrol'
    const joins = path.startsWith('/join/')
    if (!enrols && !joins) return false
    const wait = limit.take(address, options.center.clock().getTime())
    if (wait > 0) {
      sendProblem(response, new ProblemError(429, 'too-many-requests', 'Too many requests from this address'), wait)
      return true
    }
    if (enrols) await answerEnrol(options, request, response, address)
    else await answerJoin(downloads, request, response)
    return true
  }
}

async function answerEnrol(
  options: GatewayParts,
  request: IncomingMessage,
  response: ServerResponse,
  address: string,
): Promise<void> {
  wantMethod(request, 'POST')
  const parsed = enrolRequest.safeParse(await readJson(request, 32_768))
  if (!parsed.success) throw badRequest('The enrolment request is not as the protocol has it', fieldsOf(parsed.error))
  const answer = await enrol(options, parsed.data, address)
  sendJson(response, answer.state === 'pending' ? 202 : 200, answer)
}

async function answerJoin(downloads: Downloads, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'HEAD') wantMethod(request, 'GET')
  const architecture = architectures.find(one => request.url === `/join/${joinName(one)}`)
  if (architecture === undefined) throw notFound('file')
  await downloads.sendJoinPackage(architecture, request, response)
}

/** Of a release: the package, or its signed document. */
const packagePath = /^\/agent\/v1\/package\/(\d{1,6}\.\d{1,6}\.\d{1,6}(?:-[0-9A-Za-z.-]{1,40}?)?)(\.release\.json)?$/

const sentFilePath = /^\/agent\/v1\/sent-files\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\/(\d{1,2}))?$/

type KnownPaths = (peer: KnownPeer, request: IncomingMessage, response: ServerResponse) => Promise<void>

/** What an agent with a good certificate may ask. */
export function knownPaths(options: GatewayParts, exchanges: Exchanges, downloads: Downloads): KnownPaths {
  const polls = new AddressLimit(1_200, 200)
  const renewals = new AddressLimit(1, 10)
  return async (peer, request, response) => {
    const path = request.url ?? ''
    const limit = path === '/agent/v1/renew' ? renewals : polls
    const wait = limit.take(peer.identity.agent, options.center.clock().getTime())
    if (wait > 0)
      return sendProblem(response, new ProblemError(429, 'too-many-requests', 'Too many requests of this agent'), wait)
    if (path === '/agent/v1/exchange') {
      wantMethod(request, 'POST')
      return sendJson(response, 200, await exchanges.take(peer, await readJson(request, largestFrame)))
    }
    if (path === '/agent/v1/renew') {
      wantMethod(request, 'POST')
      const parsed = renewRequest.safeParse(await readJson(request, 32_768))
      if (!parsed.success) throw badRequest('The request is not as the protocol has it', fieldsOf(parsed.error))
      return sendJson(response, 200, await renew(options, peer, parsed.data.csr))
    }
    const [, order, part] = sentFilePath.exec(path) ?? []
    if (order !== undefined) return takeSentFile(options, peer, request, response, { order, part })
    wantMethod(request, 'GET')
    const pack = /^\/agent\/v1\/packs\/([0-9a-f]{64})$/.exec(path)?.[1]
    if (pack !== undefined) return sendPack(options, peer, pack, response)
    const [, version, document] = packagePath.exec(path) ?? []
    if (version === undefined) throw notFound('path')
    const architecture = await architectureOf(options, peer)
    await downloads.send(`davylamp-${version}-linux-${architecture}${document ?? '.tar.gz'}`, request, response)
  }
}

/** A file that an order asked for: a part of it by its number, or that it is whole. */
async function takeSentFile(
  { files }: GatewayParts,
  { identity }: KnownPeer,
  request: IncomingMessage,
  response: ServerResponse,
  { order, part }: { readonly order: string; readonly part: string | undefined },
): Promise<void> {
  wantMethod(request, part === undefined ? 'POST' : 'PUT')
  await files.wanted(identity, order)
  if (part === undefined) {
    const parsed = sentFileEnd.safeParse(await readJson(request, 1_024))
    if (!parsed.success) throw badRequest('The request is not as the protocol has it', fieldsOf(parsed.error))
    await files.end(identity, order, parsed.data.parts)
  } else
    await files.part(identity, order, Number(part), await readBytes(request, sentPartBytes, 'application/octet-stream'))
  response.writeHead(204, { 'cache-control': 'no-store' }).end()
}

async function sendPack(
  options: GatewayParts,
  peer: KnownPeer,
  sha256: string,
  response: ServerResponse,
): Promise<void> {
  const content = await options.policies.pack(peer.identity, sha256)
  if (content === undefined) throw notFound('rule pack for this agent')
  response.writeHead(200, { 'content-type': 'application/yaml', 'content-length': content.length, etag: `"${sha256}"` })
  response.end(content)
}

async function architectureOf({ center }: GatewayParts, { identity }: KnownPeer): Promise<Architecture> {
  const row = await center.store.tenant(identity.tenant, db =>
    db.selectFrom('host').select('architecture').where('host_id', '=', identity.host).executeTakeFirst(),
  )
  return architectureNamed(row?.architecture ?? '')
}

function wantMethod(request: IncomingMessage, method: string): void {
  if (request.method !== method) throw new ProblemError(405, 'wrong-method', `This takes ${method} only`)
}

function fieldsOf({ issues }: { issues: readonly { path: readonly PropertyKey[]; message: string }[] }): string {
  return issues
    .map(({ path, message }) => `${path.map(String).join('.')}: ${message}`)
    .join('; ')
    .slice(0, 1_000)
}
