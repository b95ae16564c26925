import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { isMap, isNode, LineCounter, type Document, parseDocument } from 'yaml'
import { type AgentConfig, agentConfig } from '../model/wire/index.ts'
import { codeOf } from './own-files.ts'

const mostBytes = 1_048_576

/** What is wrong with `agent.yml`: one line for each mistake, with the place and what to write. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/**
 * The owner's decisions from `agent.yml`; a file that is missing is an empty one. Throws `ConfigError` when it is wrong, or when
 * others than root (or who runs this) could have written it: it is what bounds the center.
 */
export function readConfig(path: string): AgentConfig {
  const text = trustedText(path)
  return text === undefined ? agentConfig.parse({}) : parseConfig(text, path)
}

/** The same from text. `name` stands before each line of the message. */
export function parseConfig(text: string, name = 'agent.yml'): AgentConfig {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, maxAliasCount: 0 } as Parameters<typeof parseDocument>[1])
  const mistakes = document.errors.map(({ pos, message }) => [lines.linePos(pos[0]).line, firstLine(message)] as const)
  if (mistakes.length > 0) throw mistakesIn(name, mistakes)
  const checked = agentConfig.safeParse(plain(document, name) ?? {})
  if (checked.success) return checked.data
  throw mistakesIn(
    name,
    checked.error.issues.map(issue => [
      lineOf(document, issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path, lines),
      `${issue.path.length > 0 ? `${issue.path.join('.')}: ` : ''}${advice(issue)}`,
    ]),
  )
}

function plain(document: Document, name: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 })
  } catch (error) {
    throw new ConfigError(`${name}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function trustedText(path: string): string | undefined {
  let descriptor: number
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined
    throw new ConfigError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
  try {
    const found = fstatSync(descriptor)
    if (!found.isFile()) throw new ConfigError(`${path} is not a file`)
    if (found.uid !== 0 && found.uid !== process.getuid?.())
      throw new ConfigError(`${path} belongs to uid ${found.uid}. Write: chown root:root ${path}`)
    if ((found.mode & 0o022) !== 0)
      throw new ConfigError(`${path} can be written by others than its owner. Write: chmod 644 ${path}`)
    if (found.size > mostBytes) throw new ConfigError(`${path} is larger than 1 MiB`)
    return readFileSync(descriptor, 'utf8')
  } finally {
    closeSync(descriptor)
  }
}

function mistakesIn(name: string, mistakes: readonly (readonly [number | undefined, string])[]): ConfigError {
  return new ConfigError(
    mistakes.map(([line, text]) => `${name}${line === undefined ? '' : `:${line}`}: ${text}`).join('\n'),
  )
}

/** The line of the key at a path, or of the innermost part of the path that is there. */
function lineOf(document: Document, path: readonly PropertyKey[], lines: LineCounter): number | undefined {
  let node: unknown = document.contents
  let offset = isNode(node) ? node.range?.[0] : undefined
  for (const part of path) {
    const pair = isMap(node) ? node.items.find(one => keyOf(one.key) === part) : undefined
    if (pair === undefined) {
      const item = isNode(node) && 'items' in node ? (node.items as unknown[])[Number(part)] : undefined
      if (!isNode(item)) break
      node = item
    } else node = pair.value
    const place = pair !== undefined && isNode(pair.key) ? pair.key : node
    offset = isNode(place) ? (place.range?.[0] ?? offset) : offset
  }
  return offset === undefined ? undefined : lines.linePos(offset).line
}

function keyOf(key: unknown): unknown {
  return isNode(key) && 'value' in key ? key.value : key
}

interface Issue {
  readonly code: string
  readonly message: string
  readonly path: PropertyKey[]
  readonly keys?: readonly string[]
  readonly values?: readonly unknown[]
  /** What a text has to begin with. */
  readonly prefix?: string
  readonly minimum?: number | bigint
  readonly maximum?: number | bigint
}

function advice(issue: Issue): string {
  if (issue.code === 'unrecognized_keys') return `there is no setting ${(issue.keys ?? []).join(', ')} here`
  if (issue.code === 'invalid_value') return `write one of ${(issue.values ?? []).join(', ')}`
  const last = issue.path.at(-1)
  if (last === 'center') return 'write the address as https://host:port'
  if (issue.code === 'invalid_format' && ['from', 'to'].includes(String(last)))
    return 'write a time of day as "HH:MM", in quotes'
  if (last === 'listen') return 'write an address of this host itself with a port, such as 127.0.0.1:9477'
  if (issue.path.includes('neverBlock') && issue.code === 'invalid_union')
    return 'write an address such as 203.0.113.7, or a network such as 203.0.113.0/24'
  if (issue.prefix === '/') return 'write a whole path, beginning with /'
  if (issue.code === 'too_small' && typeof last === 'string' && issue.minimum !== undefined)
    return `write a number of at least ${issue.minimum}`
  if (issue.code === 'too_big' && typeof last === 'string' && issue.maximum !== undefined)
    return `write a number of at most ${issue.maximum}`
  return issue.message
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? text).replace(/ at line \d+, column \d+:?$/, '')
}
