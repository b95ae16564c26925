import { isIP } from 'node:net'
import type { Fact } from '../../model/index.ts'
import { addressScope, displayBytes, exactBytes, isUnspecified, type Target } from '../../target/index.ts'
import type { Collector, Survey } from '../collector.ts'
import { aboutPlace } from './about-place.ts'
import { present } from './present.ts'

const hostsPath = '/etc/hosts'
const mostLines = 20_000

/** hosts(5) and the name servers of resolv.conf(5): where miners blind updates, rivals and security vendors. */
export const hostsFile: Collector = {
  name: 'hosts-file',
  collects: ['hosts-entry', 'resolver'],
  os: ['linux'],
  stage: 'first',
  *collect(survey) {
    yield* hostsEntries(survey)
    yield* resolvers(survey.target, '/etc/resolv.conf', /^\s*nameserver\s+(\S+)/)
    yield* resolvers(survey.target, '/etc/systemd/resolved.conf', /^\s*DNS\s*=\s*(\S.*)$/)
  },
}

function* hostsEntries({ target }: Survey): Iterable<Fact> {
  const about = aboutPlace(target, hostsPath)
  const own = ownNames(target)
  for (const [at, text] of (target.files.text(hostsPath) ?? '').split('\n', mostLines).entries()) {
    const entry = parseHostsLine(text)
    if (!entry) continue
    yield present({
      kind: 'hosts-entry',
      path: hostsPath,
      line: at + 1,
      text: displayBytes(text),
      textBytes: exactBytes(text),
      address: entry.address,
      names: entry.names.map(displayBytes),
      sinkhole: leadsNowhere(entry.address) && entry.names.some(name => !isOwn(own, name, entry.names)),
      attributes: [...about.attributes],
      modified: about.modified,
    })
  }
}

/** An address and the names after it, up to a comment. */
export function parseHostsLine(text: string): { address: string; names: string[] } | undefined {
  if (text.length > 65_536) return undefined
  const [address = '', ...names] = text
    .replace(/#.*$/s, '')
    .split(/[\s\0]+/)
    .filter(word => word !== '')
  return isIP(address.replace(/%.*$/, '')) === 0 || names.length === 0
    ? undefined
    : { address, names: names.slice(0, 200) }
}

function leadsNowhere(address: string): boolean {
  return isUnspecified(address) || addressScope(address) === 'loopback'
}

function ownNames(target: Target): Set<string> {
  const said = [
    target.files.text('/etc/hostname'),
    target.live ? target.files.text('/proc/sys/kernel/hostname') : undefined,
  ]
  return new Set(
    said
      .flatMap(text => text?.split('\n').map(name => name.trim().toLowerCase().split('.')[0] ?? '') ?? [])
      .filter(name => name !== ''),
  )
}

const always = /^(?:ip6-.*|broadcasthost)$|(?:^|\.)local(?:host|domain)\d?$|^localhost\d?\./

/**
 * A name without a dot is a nickname of this host or of its network. One with dots is the host's own only where its short
 * name stands beside it: a host called `www` may still have `www.vendor.example` blinded.
 */
function isOwn(own: ReadonlySet<string>, name: string, beside: readonly string[]): boolean {
  const lower = name.toLowerCase()
  if (!lower.includes('.') || always.test(lower)) return true
  const short = lower.split('.')[0] ?? ''
  return own.has(short) && beside.some(other => other.toLowerCase() === short)
}

function* resolvers(target: Target, path: string, pattern: RegExp): Iterable<Fact> {
  const text = target.files.text(path, 1 << 20)
  if (text === undefined) return
  const attributes = target.files.attributes(path)
  for (const [at, line] of text.split('\n', 2000).entries()) {
    for (const address of pattern.exec(line.slice(0, 4096))?.[1]?.split(/\s+/).slice(0, 20) ?? []) {
      yield {
        kind: 'resolver',
        path,
        line: at + 1,
        text: displayBytes(line),
        address: displayBytes(address),
        attributes,
      }
    }
  }
}
