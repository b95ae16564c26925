import { createHash, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto'
import { canonicalJson } from '../../../engine/index.ts'
import type { Approval, Order, OrderAction, PinnedApprover, SignedOrder } from '../../../model/wire/index.ts'
import { approvalDigest } from '../approvals.ts'

/** For tests: whoever holds the order key of a center, friend or foe. */
export interface CenterHand {
  readonly agent: string
  readonly orderKeys: readonly { readonly key: string; readonly publicKey: string }[]
  /** A proper order; `more` replaces fields before it is signed. */
  order(action: OrderAction, more?: Partial<Order>, approvals?: readonly Approval[]): SignedOrder
}

export function centerHand(agent: string = randomUUID()): CenterHand {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  let sequence = 0
  return {
    agent,
    orderKeys: [{ key: 'k1', publicKey: spki(publicKey) }],
    order(action, more = {}, approvals = []) {
      const now = Date.now()
      const order: Order = {
        format: 'davylamp-order',
        version: 1,
        id: randomUUID(),
        agent,
        sequence: ++sequence,
        nonce: randomUUID(),
        issuedAt: new Date(now).toISOString(),
        expiresAt: new Date(now + 3_600_000).toISOString(),
        action,
        ...more,
      }
      const signature = sign(null, Buffer.from(canonicalJson(order)), privateKey).toString('base64')
      return { order, key: 'k1', signature, approvals: [...approvals] }
    },
  }
}

/** For tests: somebody with a key that a host may pin. */
export interface ApproverHand {
  readonly pinned: PinnedApprover
  approve(order: Pick<Order, 'agent' | 'action'>, more?: Partial<Approval['approved']>): Approval
}

export function ed25519Approver(name: string): ApproverHand {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  return {
    pinned: { name, kind: 'ed25519', key: spki(publicKey) },
    approve(order, more) {
      const approved = approvedFor(order, more)
      const signature = sign(null, Buffer.from(canonicalJson(approved)), privateKey).toString('base64')
      return { approved, approver: name, proof: { kind: 'ed25519', signature } }
    },
  }
}

/** What a test may have the authenticator do otherwise. */
export interface Touch {
  readonly origin?: string
  readonly relyingParty?: string
  readonly flags?: number
  readonly type?: string
  readonly credential?: string
}

export interface KeyHand extends ApproverHand {
  touch(order: Pick<Order, 'agent' | 'action'>, otherwise: Touch): Approval
}

export function webauthnApprover(name: string, algorithm: 'ES256' | 'EdDSA'): KeyHand {
  const { publicKey, privateKey } =
    algorithm === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519')
  const pinned = {
    name,
    kind: 'webauthn' as const,
    credential: 'cred-1',
    key: Buffer.from(coseOf(publicKey)).toString('base64'),
    relyingParty: 'center.example',
    origin: 'https://center.example:8443',
  }
  const touch: KeyHand['touch'] = (order, otherwise) => {
    const approved = approvedFor(order)
    const client = {
      type: otherwise.type ?? 'webauthn.get',
      challenge: sha256(canonicalJson(approved)).toString('base64url'),
      origin: otherwise.origin ?? pinned.origin,
      crossOrigin: false,
    }
    const clientData = Buffer.from(JSON.stringify(client))
    const data = Buffer.concat([
      sha256(otherwise.relyingParty ?? pinned.relyingParty),
      Buffer.from([otherwise.flags ?? 0x01, 0, 0, 0, 7]),
    ])
    const digest = algorithm === 'ES256' ? 'sha256' : null
    const signature = sign(digest, Buffer.concat([data, sha256(clientData)]), privateKey).toString('base64')
    return {
      approved,
      approver: name,
      proof: {
        kind: 'webauthn',
        credential: otherwise.credential ?? pinned.credential,
        authenticatorData: data.toString('base64'),
        clientDataJson: clientData.toString('base64'),
        signature,
      },
    }
  }
  return { pinned, touch, approve: order => touch(order, {}) }
}

function approvedFor(
  order: Pick<Order, 'agent' | 'action'>,
  more: Partial<Approval['approved']> = {},
): Approval['approved'] {
  return {
    format: 'davylamp-approval',
    version: 1,
    digests: [approvalDigest(order)],
    expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    ...more,
  }
}

function coseOf(key: KeyObject): Uint8Array {
  const { x = '', y } = key.export({ format: 'jwk' })
  const bytes = (text: string) => [0x58, 32, ...Buffer.from(text, 'base64url')]
  // RFC 9053: {1: 1, 3: -8, -1: 6, -2: x} or {1: 2, 3: -7, -1: 1, -2: x, -3: y}.
  if (y === undefined) return Uint8Array.from([0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, ...bytes(x)])
  return Uint8Array.from([0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, ...bytes(x), 0x22, ...bytes(y)])
}

function spki(key: KeyObject): string {
  return key.export({ format: 'der', type: 'spki' }).toString('base64')
}

function sha256(data: string | Buffer): Buffer {
  return createHash('sha256').update(data).digest()
}
