import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { replaceFile } from '../../native/own-file.ts'
import type { Problem } from '../sigma/rule.ts'
import type { CompiledContent } from './compile-content.ts'
import type { CompiledContentRules, ContentRule } from './content-scanner.ts'

// Opening compiled rules runs machine code made from them: whoever could write such a file would run as root. So the file is signed with a
// key of this host that only root reads, and nothing of it is looked at before the signature holds.

const magic = 'davylamp-compiled-2\n'
const signatureBytes = 64
/** Versions that are kept: the present ones of this host and of trees with other collections. */
const mostKept = 4

interface Head {
  readonly version: string
  readonly rules: readonly ContentRule[]
  readonly problems: readonly Problem[]
  readonly lengths: { readonly files: number; readonly memory: number; readonly foreign: readonly number[] }
}

/** Rules compiled earlier, from a folder that only its owner may write to; `undefined` where none of this version can be trusted. */
export function keptRules(folder: string, version: string): CompiledContent | undefined {
  try {
    if (!onlyMine(folder) || !onlyMine(fileOf(folder, version)) || !onlyMine(keyFile(folder))) return undefined
    const key = createPublicKey(createPrivateKey(readFileSync(keyFile(folder))))
    return opened(readFileSync(fileOf(folder, version)), key, version)
  } catch {
    return undefined
  }
}

/** Keeps compiled rules for the next start. Throws where the folder cannot be written to. */
export function keepRules(folder: string, content: CompiledContent): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (!onlyMine(folder)) throw new Error(`others may write to ${folder}`)
  const file = fileOf(folder, content.compiled.version)
  replaceFile(file, sealed(content, hostKey(folder)))
  for (const name of oldest(folder)) rmSync(join(folder, name), { force: true })
}

function sealed({ compiled, problems }: CompiledContent, key: KeyObject): Buffer {
  const { version, rules, files, memory, foreign } = compiled
  const lengths = { files: files.length, memory: memory.length, foreign: foreign.map(one => one.length) }
  const head = Buffer.from(`${JSON.stringify({ version, rules, problems, lengths } satisfies Head)}\n`)
  const content = Buffer.concat([head, files, memory, ...foreign])
  return Buffer.concat([Buffer.from(magic), sign(null, digestOf(content), key), content])
}

function opened(bytes: Buffer, key: KeyObject, version: string): CompiledContent | undefined {
  const signature = bytes.subarray(magic.length, magic.length + signatureBytes)
  const content = bytes.subarray(magic.length + signatureBytes)
  if (bytes.toString('latin1', 0, magic.length) !== magic) return undefined
  if (!verify(null, digestOf(content), key, signature)) return undefined
  const end = content.indexOf(0x0a) + 1
  const { problems, lengths, ...head } = JSON.parse(content.toString('utf8', 0, end)) as Head
  if (head.version !== version) return undefined
  let at = end
  const next = (length: number) => {
    at += length
    return content.subarray(at - length, at)
  }
  const compiled: CompiledContentRules = {
    ...head,
    files: next(lengths.files),
    memory: next(lengths.memory),
    foreign: lengths.foreign.map(next),
  }
  return { compiled, problems }
}

function digestOf(content: Uint8Array): Buffer {
  return createHash('sha256').update(magic).update(content).digest()
}

/** The key is this folder's own; it is made when it is first needed. */
function hostKey(folder: string): KeyObject {
  const path = keyFile(folder)
  try {
    if (onlyMine(path)) return createPrivateKey(readFileSync(path))
  } catch {
    // There is none yet, or none that could be used: what it signed is compiled anew.
  }
  const { privateKey } = generateKeyPairSync('ed25519')
  replaceFile(path, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  return privateKey
}

/** A file or folder of its own that nobody but root and this user may write to; no link. */
function onlyMine(path: string): boolean {
  const found = lstatSync(path)
  const mine = process.getuid?.() ?? 0
  return !found.isSymbolicLink() && (found.uid === 0 || found.uid === mine) && (found.mode & 0o022) === 0
}

function oldest(folder: string): string[] {
  return readdirSync(folder)
    .filter(name => name.endsWith('.rules'))
    .map(name => ({ name, time: lstatSync(join(folder, name)).mtimeMs }))
    .sort((a, b) => b.time - a.time)
    .slice(mostKept)
    .map(one => one.name)
}

function keyFile(folder: string): string {
  return join(folder, 'host.key')
}

function fileOf(folder: string, version: string): string {
  return join(folder, `${version}.rules`)
}
