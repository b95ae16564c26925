import { createHash } from 'node:crypto'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { tlsOf } from './connection/connection.ts'
import type { PackNames } from './connection/dialogue.ts'
import { ask, saidBy } from './connection/https.ts'
import type { StoredIdentity } from './identity.ts'
import { replaceFile } from '../native/own-file.ts'

const mostPackBytes = 16 * 1_048_576

/**
 * Makes the folder hold exactly the rule packs that the center named, each as `SHA256.yml` under the hash of its bytes. They are only
 * kept here; whoever reads them treats them as foreign rules. Throws when one could not be had; the others are in place then.
 */
export async function fetchPacks(folder: string, packs: PackNames, identity: StoredIdentity): Promise<void> {
  const wanted = new Set(packs.map(({ sha256 }) => `${sha256}.yml`))
  const held = new Set(readdirSync(folder))
  for (const name of held) if (!wanted.has(name)) rmSync(join(folder, name), { force: true })
  const failed: string[] = []
  for (const { name, sha256 } of packs) {
    if (held.has(`${sha256}.yml`)) continue
    try {
      replaceFile(join(folder, `${sha256}.yml`), await fetched(sha256, identity))
    } catch (error) {
      failed.push(`${name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  if (failed.length > 0) throw new Error(`rule packs that could not be had: ${failed.join('; ')}`)
}

async function fetched(sha256: string, identity: StoredIdentity): Promise<Buffer> {
  const url = new URL(`/agent/v1/packs/${sha256}`, identity.center)
  const answer = await ask({ url, tls: tlsOf(identity), mostBytes: mostPackBytes })
  if (answer.status !== 200) throw new Error(saidBy(answer))
  if (createHash('sha256').update(answer.body).digest('hex') !== sha256)
    throw new Error('its content is not what was announced')
  return answer.body
}
