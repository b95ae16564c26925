import { generateKeyPairSync, sign } from 'node:crypto'
import { canonicalJson } from '../../engine/index.ts'
import type { Approval } from '../../model/wire/index.ts'
import type { Person } from './person.ts'

/** The key of an approver, which never leaves that person's machine. */
export interface ApproverKey {
  readonly name: string
  /** For `orders.approvers` of agent.yml. */
  readonly agentYml: string
  sign(approved: Approval['approved']): Approval
}

/** Makes an Ed25519 key and registers its public half. */
export async function registerKey({ api }: Person, name: string): Promise<ApproverKey> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
  const signed = (document: unknown) => sign(null, Buffer.from(canonicalJson(document)), privateKey).toString('base64')
  const signature = signed({ format: 'davylamp-approver-key', key, name })
  const { agentYml } = await api.registerApproverKey({ body: { kind: 'ed25519', name, key, signature } })
  return {
    name,
    agentYml,
    sign: approved => ({ approved, approver: name, proof: { kind: 'ed25519', signature: signed(approved) } }),
  }
}
