import { statSync } from 'node:fs'
import { isMap, parseDocument, stringify } from 'yaml'
import type { PinnedApprover } from '../model/wire/index.ts'
import { ConfigError, parseConfig } from './config.ts'
import { replaceFile } from '../native/own-file.ts'
import { readText } from './own-files.ts'

/** A new `agent.yml` for a host that joins a center. */
export function newConfigText(center: string, approvers: readonly PinnedApprover[] = []): string {
  const settings = { center, ...(approvers.length > 0 ? { orders: { approvers } } : {}) }
  const text = [
    '# What this host lets its center do. It can only tighten what the center asks.',
    '# All settings: docs/agent.md. Check: davylamp agent check-config. Take over: systemctl reload davylamp-agent',
    stringify(settings),
  ].join('\n')
  parseConfig(text, 'the new agent.yml')
  return text
}

/** One approver or a list of them, as YAML or JSON. Throws `ConfigError`. */
export function parseApprovers(text: string, name: string): PinnedApprover[] {
  const read: unknown = parseDocument(text).toJS({ maxAliasCount: 0 })
  const approvers = Array.isArray(read) ? read : [read]
  return parseConfig(stringify({ orders: { approvers } }), name).orders.approvers
}

/**
 * Sets or takes away `center:` and leaves the rest, remarks included, as it is. Returns false when the file is as wanted already.
 * Throws `ConfigError` when the file is wrong, which is for its owner to correct.
 */
export function setCenter(path: string, center: string | undefined): boolean {
  const before = readText(path)
  if (before === undefined) return false
  parseConfig(before, path)
  const document = parseDocument(before)
  if (!isMap(document.contents)) return false
  if (document.get('center') === center) return false
  if (center === undefined) document.delete('center')
  else document.set('center', center)
  const after = document.contents.items.length === 0 ? '' : String(document)
  if (parseConfig(after, path).center !== center)
    throw new ConfigError(`${path}: write center: ${center ?? '(none)'} yourself`)
  replaceFile(path, after, { mode: statSync(path).mode & 0o777 })
  return true
}
