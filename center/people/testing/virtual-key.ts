import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { z } from 'zod'

/**
 * A security key in software: what an authenticator and a browser do between them (WebAuthn Level 3 §6, CTAP 2). It signs for whatever
 * origin it is told, so tests can also play a page that lies.
 */
export class VirtualKey {
  readonly id: string
  readonly #private: KeyObject
  readonly #cose: Buffer
  readonly #algorithm: 'ES256' | 'EdDSA'
  counter = 0
  verifiesUser = true
  touched = true
  /** What a lying page or browser puts into the client data, in the place of what is true. */
  clientLies: Readonly<Record<string, unknown>> = {}

  constructor(algorithm: 'ES256' | 'EdDSA' = 'ES256') {
    this.id = randomBytes(32).toString('base64url')
    this.#algorithm = algorithm
    const pair =
      algorithm === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519')
    this.#private = pair.privateKey
    const { x = '', y = '' } = pair.publicKey.export({ format: 'jwk' })
    this.#cose = algorithm === 'ES256' ? coseP256(bytes(x), bytes(y)) : coseEd25519(bytes(x))
  }

  /** COSE_Key, base64: as hosts pin it. */
  get publicKey(): string {
    return this.#cose.toString('base64')
  }

  /** The answer of `navigator.credentials.create`. */
  create(options: unknown, origin: string) {
    const { challenge, rp } = creation.parse(options)
    const credential = bytes(this.id)
    const length = Buffer.alloc(2)
    length.writeUInt16BE(credential.length)
    const attested = Buffer.concat([Buffer.alloc(16), length, credential, this.#cose])
    const data = Buffer.concat([this.#authenticatorData(rp.id, 0x40), attested])
    const attestation = Buffer.concat([
      Buffer.from([0xa3]),
      text('fmt'),
      text('none'),
      text('attStmt'),
      Buffer.from([0xa0]),
      text('authData'),
      byteString(data),
    ])
    const clientDataJSON = clientData('webauthn.create', challenge, origin).toString('base64url')
    return {
      id: this.id,
      rawId: this.id,
      type: 'public-key',
      response: { clientDataJSON, attestationObject: attestation.toString('base64url'), transports: ['usb'] },
      clientExtensionResults: {},
    }
  }

  /** The answer of `navigator.credentials.get`. */
  get(options: unknown, origin: string, userHandle?: string) {
    const { challenge, rpId } = request.parse(options)
    this.counter += 1
    const authenticatorData = this.#authenticatorData(rpId, 0)
    const client = clientData('webauthn.get', challenge, origin, this.clientLies)
    const signed = Buffer.concat([authenticatorData, createHash('sha256').update(client).digest()])
    const signature = sign(this.#algorithm === 'ES256' ? 'sha256' : null, signed, this.#private)
    return {
      id: this.id,
      rawId: this.id,
      type: 'public-key',
      response: {
        clientDataJSON: client.toString('base64url'),
        authenticatorData: authenticatorData.toString('base64url'),
        signature: signature.toString('base64url'),
        ...(userHandle === undefined ? {} : { userHandle }),
      },
      clientExtensionResults: {},
    }
  }

  #authenticatorData(rpId: string, flags: number): Buffer {
    const counter = Buffer.alloc(4)
    counter.writeUInt32BE(this.counter)
    const present = (this.touched ? 0x01 : 0) | (this.verifiesUser ? 0x04 : 0)
    return Buffer.concat([createHash('sha256').update(rpId).digest(), Buffer.of(present | flags), counter])
  }
}

const creation = z.object({ challenge: z.string(), rp: z.object({ id: z.string() }) })
const request = z.object({ challenge: z.string(), rpId: z.string() })

function clientData(type: string, challenge: string, origin: string, lies: Readonly<Record<string, unknown>> = {}) {
  return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false, ...lies }))
}

/** RFC 9053 §7.1.1: {1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y}. */
function coseP256(x: Buffer, y: Buffer): Buffer {
  const head = Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01])
  return Buffer.concat([head, Buffer.from([0x21]), byteString(x), Buffer.from([0x22]), byteString(y)])
}

/** RFC 9053 §7.2: {1: 1 (OKP), 3: -8 (EdDSA), -1: 6 (Ed25519), -2: x}. */
function coseEd25519(x: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21]), byteString(x)])
}

function byteString(content: Buffer): Buffer {
  if (content.length < 256) return Buffer.concat([Buffer.from([0x58, content.length]), content])
  const length = Buffer.alloc(2)
  length.writeUInt16BE(content.length)
  return Buffer.concat([Buffer.from([0x59]), length, content])
}

function text(content: string): Buffer {
  return Buffer.concat([Buffer.from([0x60 + content.length]), Buffer.from(content)])
}

function bytes(base64url: string): Buffer {
  return Buffer.from(base64url, 'base64url')
}
