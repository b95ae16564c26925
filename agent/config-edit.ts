import { statSync } from 'node:fs'
import { type Document, isMap, parseDocument, stringify } from 'yaml'
import type { PinnedApprover } from '../model/wire/index.ts'
import { ConfigError, parseConfig } from './config.ts'
import { replaceFile } from '../native/own-file.ts'
import { readText } from './own-files.ts'

/** A new `agent.yml` for a host that joins a center. */
export function newConfigText(center: string, approvers: readonly PinnedApprover[] = []): string {
  const text = [
    '# What this host lets its center do. It can only tighten what the center asks.',
    '# All settings: docs/agent.md. Check: davylamp agent check-config. Take over: systemctl reload davylamp-agent',
    settingsText(center, approvers),
  ].join('\n')
  parseConfig(text, 'the new agent.yml')
  return text
}

function settingsText(center: string, approvers: readonly PinnedApprover[]): string {
  return stringify({ center, ...(approvers.length > 0 ? { orders: { approvers } } : {}) })
}

/** The text with the settings of a host that joins, where it holds remarks alone, as packages bring it; else undefined: it is its owner's. */
export function withNewSettings(
  text: string,
  center: string,
  approvers: readonly PinnedApprover[] = [],
): string | undefined {
  if (parseDocument(text).contents !== null) return undefined
  const whole = `${text.trimEnd()}\n\n${settingsText(center, approvers)}`
  parseConfig(whole, 'agent.yml')
  return whole
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
  const after = center === undefined ? without(document, before) : changed(document, center)
  if (parseConfig(after, path).center !== center)
    throw new ConfigError(`${path}: write center: ${center ?? '(none)'} yourself`)
  replaceFile(path, after, { mode: statSync(path).mode & 0o777 })
  return true
}

function changed(document: Document, center: string): string {
  document.set('center', center)
  return String(document)
}

/** Where nothing else is set, the remarks stay all the same. */
function without(document: Document, before: string): string {
  if (isMap(document.contents) && document.contents.items.length === 1) return before.replace(/^center:.*(?:\n|$)/m, '')
  document.delete('center')
  return String(document)
}
