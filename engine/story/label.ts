import type { IdentifiedFact } from '../../model/index.ts'
import { mechanismWords } from '../mechanism-words.ts'

const mostOfLabel = 42
const mostOfDetail = 2_000

/** What a box of the graph or a line of a table says of a fact: short, without its kind, which is shown beside it. */
export function labelOf(fact: IdentifiedFact): string {
  return shortened(wholeLabel(fact), mostOfLabel)
}

function wholeLabel(fact: IdentifiedFact): string {
  switch (fact.kind) {
    case 'process':
      return `${fact.name} (${fact.pid})`
    case 'socket':
    case 'listener':
      return endpoint(fact.address, fact.port)
    case 'autostart':
      return `${mechanismWords(fact.mechanism)} ${fact.name ?? fact.path}${fact.name === undefined ? lineOf(fact.line) : ''}`
    case 'login-key':
      return `${fact.user}: ${fact.comment || fact.fingerprint}`
    case 'account':
    case 'kernel-module':
    case 'package':
      return fact.name
    case 'bpf-program':
      return `${fact.programType} ${fact.name || fact.programId}`
    case 'kernel-hook':
      return `${fact.way} ${fact.by}`
    case 'sudo-rule':
      return `${fact.user}: ${fact.command}`
    case 'preload':
      return fact.library
    case 'command-integrity':
      return `${fact.path} ${fact.state}`
    case 'hosts-entry':
      return `${fact.address} ${fact.names.join(' ')}`
    case 'resolver':
      return fact.address
    case 'sysctl':
    case 'setting':
      return `${fact.name} = ${fact.value}`
    case 'log-entry':
      return [fact.event, fact.user, fact.address].filter(one => one !== undefined).join(' ')
    case 'container':
      return `${fact.name} (${fact.image})`
    case 'file':
    case 'mount':
    case 'web-root':
      return fact.path
  }
}

/** More of it, on one line: the whole command, path or text. */
export function detailOf(fact: IdentifiedFact): string {
  return shortened(wholeDetail(fact), mostOfDetail)
}

function wholeDetail(fact: IdentifiedFact): string {
  switch (fact.kind) {
    case 'process':
      return `pid ${fact.pid}${fact.user === undefined ? '' : `, ${fact.user}`}: ${fact.command || fact.path || fact.name}`
    case 'socket':
      return `${fact.protocol} ${endpoint(fact.localAddress, fact.localPort)} → ${endpoint(fact.address, fact.port)} ${fact.state}`
    case 'listener':
      return `${fact.protocol} ${endpoint(fact.address, fact.port)} (${fact.exposedTo})`
    case 'autostart':
      return `${fact.path}${lineOf(fact.line)}: ${fact.text ?? fact.command}`
    case 'file':
      return [
        fact.path,
        fact.linkTarget === undefined ? undefined : `→ ${fact.linkTarget}`,
        fact.sha256 === undefined ? undefined : `sha256 ${fact.sha256}`,
      ]
        .filter(one => one !== undefined)
        .join(' ')
    case 'login-key':
      return `${fact.path}:${fact.line} ${fact.keyType} ${fact.fingerprint} ${fact.comment}`
    case 'account':
      return `${fact.name}, uid ${fact.uid}, ${fact.shell}, ${fact.home}`
    case 'sudo-rule':
    case 'hosts-entry':
    case 'resolver':
      return `${fact.path}:${fact.line}: ${fact.text}`
    case 'preload':
      return `${fact.path}${lineOf(fact.line)}: ${fact.text}`
    case 'command-integrity':
      return `${fact.path} ${fact.state}${fact.package === undefined ? '' : `, of ${fact.package}`}`
    case 'mount':
      return `${fact.source} (${fact.fileSystem}) over ${fact.path}`
    case 'kernel-module':
      return `${fact.name} ${fact.path ?? ''} ${fact.state}`.trim()
    case 'bpf-program':
      return `BPF program ${fact.programId} ${fact.name} (${fact.programType}), held by ${fact.holders.map(one => `${one.name} ${one.pid}`).join(', ') || fact.heldBy}`
    case 'kernel-hook':
      return `${fact.by}${fact.module === undefined ? '' : ` [${fact.module}]`} on ${fact.functions.join(', ')}`
    case 'sysctl':
      return `${fact.path}${lineOf(fact.line)}: ${fact.name} = ${fact.value}`
    case 'setting':
      return `${fact.path ?? ''}${lineOf(fact.line)} ${fact.text ?? `${fact.name} = ${fact.value}`}`.trim()
    case 'log-entry':
      return `${fact.path}: ${fact.text}`
    case 'web-root':
      return `${fact.path}, ${fact.servers.join(', ')}`
    case 'container':
      return `${fact.runtime} ${fact.name}, ${fact.image}: ${fact.command}`
    case 'package':
      return `${fact.name} ${fact.version} (${fact.manager})`
  }
}

/** `192.0.2.1:443`, `[2001:db8::1]:443`. */
function endpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

function lineOf(line: number | undefined): string {
  return line === undefined ? '' : `:${line}`
}

/** One line of at most so many characters. What is too long loses its middle: the end of a path says more than that. */
export function shortened(text: string, most: number): string {
  const line = text
    .slice(0, most * 8)
    .toWellFormed()
    .replace(/\s+/g, ' ')
    .trim()
  const characters = [...line]
  if (characters.length <= most && text.length <= most * 8) return line
  const end = Math.ceil((most - 1) * 0.6)
  const tail = [
    ...text
      .slice(-most * 2)
      .toWellFormed()
      .replace(/\s+/g, ' '),
  ].slice(-end)
  return `${characters.slice(0, most - 1 - end).join('')}…${tail.join('')}`
}
