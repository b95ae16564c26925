import { createPrivateKey, sign, X509Certificate } from 'node:crypto'
import { rmSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { enrolAnswer, type EnrolAnswer, type EnrolRequest } from '../model/wire/index.ts'
import { certificateProblem } from './certificate-problem.ts'
import { newKeyAndRequest } from './certificate-request.ts'
import { ask, saidBy } from './connection/https.ts'
import { agreeTo } from './tampering/agreed.ts'
import { fingerprintOf, keyFingerprintOf, readIdentity, type StoredIdentity, writeIdentity } from './identity.ts'
import { fetchAuthority, JoinError, parseFingerprint, unreachable } from './join-authority.ts'
import { machineId } from './machine-id.ts'
import { agentFolders, readJson, replaceJson } from './own-files.ts'
import type { AgentFolders } from './ports.ts'

export { JoinError }

export interface JoinOptions {
  readonly state: string
  readonly center: string
  readonly token: string
  /** SHA-256 of the center's CA, of the join command. */
  readonly fingerprint: string
  readonly name?: string
  readonly program: string
  /** A person must approve, who sees the same fingerprint of this host's key: said once, then asked again until they did. */
  readonly onPending?: (keyFingerprint: string) => void
  readonly signal?: AbortSignal
  /** Shortens waiting in tests. */
  readonly wait?: (seconds: number) => Promise<void>
}

/**
 * Enrols this host: checks that the center is the one of the fingerprint, makes a key here, has a certificate issued, and writes the
 * identity. Cut off and called again it asks with the same request, so no second host appears. A host that had an identity proves
 * it and keeps it if the center agrees. Throws `JoinError` with what to do.
 */
export async function joinCenter(options: JoinOptions): Promise<StoredIdentity> {
  const center = centerUrl(options.center)
  const fingerprint = parseFingerprint(options.fingerprint)
  if (fingerprint === undefined)
    throw new JoinError(
      'The fingerprint is not a SHA-256: 64 hexadecimal digits. Copy the join command of the center once more.',
    )
  const folders = agentFolders(options.state, true)
  const authorityCertificate = await fetchAuthority(center, fingerprint)
  const joining = begun(folders, center.origin, fingerprint)
  const key = keyFingerprintOf(createPrivateKey(joining.privateKey))
  const wanted = requestOf(options, joining, folders)
  const answer = await enrolled(center, authorityCertificate, wanted, {
    ...options,
    onPending: () => options.onPending?.(key),
  })
  const identity = identityFrom(answer, center.origin, fingerprint, joining.privateKey)
  agreeTo(folders.own, [join(folders.own, 'identity.json')])
  writeIdentity(folders, identity)
  rmSync(joiningPath(folders), { force: true })
  return identity
}

/** `https://host:port`; what is behind it is dropped. Throws `JoinError`. */
export function centerUrl(text: string): URL {
  const url = URL.parse(text.includes('://') ? text : `https://${text}`)
  if (url === null || url.protocol !== 'https:' || url.username !== '' || url.hostname === '')
    throw new JoinError(`${text} is not the address of a center. Write it as https://host:port`)
  return new URL(url.origin)
}

interface Joining {
  readonly privateKey: string
  readonly request: string
}

/** The key and request of a join that did not end, if it was with the same center; else new ones. */
function begun(folders: AgentFolders, center: string, authority: string): Joining {
  const found = readJson(joiningPath(folders))
  const { privateKey, request } = found ?? {}
  if (found?.['center'] === center && found['authority'] === authority)
    if (typeof privateKey === 'string' && typeof request === 'string') return { privateKey, request }
  const fresh = newKeyAndRequest('davylamp agent')
  replaceJson(joiningPath(folders), { center, authority, ...fresh })
  return { privateKey: fresh.privateKey, request: fresh.request }
}

function joiningPath(folders: AgentFolders): string {
  return join(folders.own, 'joining.json')
}

function requestOf(options: JoinOptions, { request }: Joining, folders: AgentFolders): EnrolRequest {
  const known = previous(folders)
  return {
    token: options.token,
    csr: request,
    hostname: options.name ?? hostname(),
    machine: machineId(),
    program: options.program,
    ...(known === undefined
      ? {}
      : {
          previous: known.agent,
          previousProof: sign('sha256', derOf(request), known.privateKey).toString('base64'),
        }),
  }
}

function derOf(pem: string): Buffer {
  return Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64')
}

/** An identity that is damaged proves nothing; the host then joins as a new one. */
function previous(folders: AgentFolders): StoredIdentity | undefined {
  try {
    return readIdentity(folders)
  } catch {
    return undefined
  }
}

type Enrolled = Extract<EnrolAnswer, { state: 'enrolled' }>

interface Waiting extends Pick<JoinOptions, 'signal' | 'wait'> {
  onPending(): void
}

async function enrolled(center: URL, ca: string, body: EnrolRequest, options: Waiting): Promise<Enrolled> {
  const wait =
    options.wait ?? (seconds => sleep(seconds * 1_000, undefined, options.signal ? { signal: options.signal } : {}))
  for (let tries = 0; ; tries++) {
    const answer = await asked(center, ca, body)
    if (answer.state === 'enrolled') return answer
    if (tries === 0) options.onPending()
    await wait(Math.min(Math.max(answer.retrySeconds, 1), 300))
  }
}

async function asked(center: URL, ca: string, body: EnrolRequest): Promise<EnrolAnswer> {
  const url = new URL('/agent/v1/enrol', center)
  const answer = await ask({ url, tls: { ca }, body, mostBytes: 1_048_576 }).catch((error: unknown) => {
    throw new JoinError(unreachable(center, error))
  })
  if (answer.status !== 200 && answer.status !== 202) throw new JoinError(refused(answer.status, saidBy(answer)))
  try {
    return enrolAnswer.parse(JSON.parse(answer.body.toString('utf8')))
  } catch {
    throw new JoinError(
      `${center.host} answered something that this version does not understand. Are center and agent of versions that fit?`,
    )
  }
}

function refused(status: number, said: string): string {
  if (status === 401 || status === 403)
    return `The center did not accept the token: ${said}. A token can be used only so often and for so long; make a new one there and copy the whole join command.`
  if (status === 429) return `The center has too many requests from this address: ${said}. Try again in some minutes.`
  if (status === 404) return `This is not the port for agents (8444 by default): ${said}.`
  return `The center refused: ${said}`
}

/** The answer must fit what was asked: our key, the authority of the fingerprint, and a time that includes now. */
function identityFrom(answer: Enrolled, center: string, authority: string, privateKey: string): StoredIdentity {
  const certificate = certificateOf(answer.certificate)
  const root = certificateOf(answer.authority)
  if (fingerprintOf(root) !== authority)
    throw new JoinError('The center named another authority than that of the fingerprint. Nothing was kept.')
  const problem = certificateProblem(certificate, root, privateKey)
  if (problem !== undefined) throw new JoinError(problem)
  if (answer.orderKeys.length === 0) throw new JoinError('The center named no key for its orders. Nothing was kept.')
  return {
    agent: answer.agent,
    center,
    authority,
    orderKeys: answer.orderKeys,
    privateKey,
    certificate: answer.certificate,
    authorityCertificate: answer.authority,
  }
}

function certificateOf(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch {
    throw new JoinError('The center sent something that is no certificate. Nothing was kept.')
  }
}
