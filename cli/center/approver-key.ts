import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { canonicalJson } from '../../engine/index.ts'
import type { PinnedApprover } from '../../model/wire/index.ts'
import { CommandError } from '../command-error.ts'
import { askSecret } from './terminal.ts'

/** An Ed25519 key with which somebody approves orders, and the name under which hosts pin it. */
export interface ApproverKey {
  readonly name: string | undefined
  readonly key: KeyObject
}

/** Makes a key in a new file that only its owner reads: PKCS #8 in PEM (RFC 7468), the name in the text before it. */
export function writeNewKey(path: string, name: string, passphrase: string): ApproverKey {
  const { privateKey } = generateKeyPairSync('ed25519')
  const lock = passphrase === '' ? {} : { cipher: 'aes-256-cbc', passphrase }
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem', ...lock })
  try {
    writeFileSync(path, `Davylamp approver key. Keep it to yourself.\nName: ${name}\n${pem.toString()}`, {
      mode: 0o600,
      flag: 'wx',
    })
  } catch (error) {
    if (error instanceof Error && Reflect.get(error, 'code') === 'EEXIST')
      throw new CommandError(`${path} is there already, and may be somebody's key: choose another file`)
    throw error
  }
  return { name, key: privateKey }
}

/** Reads such a file, or any Ed25519 key in PEM; asks for the passphrase where there is one. */
export async function readKey(path: string): Promise<ApproverKey> {
  const text = textOf(path)
  const name = /^Name: (.+)$/m.exec(text)?.[1]?.trim()
  const locked = /^-----BEGIN ENCRYPTED PRIVATE KEY-----$/m.test(text)
  const passphrase = locked ? await askSecret(`Passphrase of ${path}`) : undefined
  const key = parsedKey(text, passphrase)
  if (key === 'locked') throw new CommandError(`that is not the passphrase of ${path}`)
  if (key?.asymmetricKeyType !== 'ed25519') throw new CommandError(`${path} holds no Ed25519 private key in PEM`)
  return { name, key }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new CommandError(`the key ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function parsedKey(text: string, passphrase: string | undefined): KeyObject | 'locked' | undefined {
  try {
    return createPrivateKey({ key: text, format: 'pem', ...(passphrase === undefined ? {} : { passphrase }) })
  } catch {
    return passphrase === undefined ? undefined : 'locked'
  }
}

/** As hosts pin it in agent.yml: SubjectPublicKeyInfo, base64 DER. */
export function publicKeyOf({ key }: Pick<ApproverKey, 'key'>): string {
  return createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64')
}

export function pinned(name: string, key: ApproverKey): PinnedApprover {
  return { name, kind: 'ed25519', key: publicKeyOf(key) }
}

/** Ed25519 over the RFC 8785 form of a document, base64. */
export function signed({ key }: ApproverKey, document: unknown): string {
  return sign(null, Buffer.from(canonicalJson(document)), key).toString('base64')
}
