import { createHash } from 'node:crypto'
import type { Fact } from '../model/index.ts'

/**
 * The stable id of a fact: a hash of what names it on its host, without pid, time or line number, so that a second scan
 * gives the same id. Where the display form of a path or text lost bytes, the exact bytes count.
 */
export function factId(fact: Fact): string {
  return shortHash([fact.kind, ...nameOf(fact)])
}

/** 16 hex digits of SHA-256 over the parts, each with its length so that no two lists of parts read the same. */
export function shortHash(parts: readonly (string | number | undefined)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) {
    const text = part === undefined ? '-' : `=${part}`
    hash.update(`${text.length}:${text}`)
  }
  return hash.digest('hex').slice(0, 16)
}

function nameOf(fact: Fact): (string | number | undefined)[] {
  switch (fact.kind) {
    case 'process':
      return [fact.pathBytes ?? fact.path, fact.command, fact.user]
    case 'socket':
      return [fact.protocol, fact.address, fact.port, fact.name, fact.user]
    case 'listener':
      return [fact.protocol, fact.address, fact.port, fact.name, fact.user]
    case 'autostart':
      return [fact.mechanism, fact.pathBytes ?? fact.path, fact.textBytes ?? fact.text, fact.name, fact.user]
    case 'file':
      return [fact.pathBytes ?? fact.path]
    case 'login-key':
      return [fact.pathBytes ?? fact.path, fact.textBytes ?? fact.text]
    case 'account':
      return [fact.path, fact.name, fact.text]
    case 'sudo-rule':
      return [fact.path, fact.text]
    case 'preload':
      return [fact.path, fact.variable, fact.library, fact.textBytes ?? fact.text]
    case 'command-integrity':
      return [fact.path, fact.state]
    case 'mount':
      return [fact.covers === 'process' ? '/proc/PID' : fact.path, fact.source, fact.fileSystem]
    case 'kernel-module':
      return [fact.name]
    case 'bpf-program':
      return [fact.programType, fact.name, fact.tag]
    case 'kernel-hook':
      return [fact.way, fact.by, fact.module]
    case 'hosts-entry':
      return [fact.path, fact.textBytes ?? fact.text]
    case 'resolver':
      return [fact.path, fact.text]
    case 'sysctl':
      return [fact.name, fact.path, fact.text]
    case 'setting':
      return [fact.name, fact.path, fact.user, fact.text]
    case 'log-entry':
      return [fact.path, fact.event, fact.at, fact.user, fact.address]
    case 'web-root':
      return [fact.pathBytes ?? fact.path]
    case 'container':
      return [fact.runtime, fact.containerId ?? fact.id]
    case 'package':
      return [fact.manager, fact.name, fact.architecture]
  }
}
