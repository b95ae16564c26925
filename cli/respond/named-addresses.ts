import { BlockList, isIP } from 'node:net'
import type { Detection } from '../../model/index.ts'
import { kernelSockets } from '../../native/read/sockets.ts'
import { ownersOf } from '../../sensors/index.ts'
import { addressScope, isUnspecified } from '../../target/index.ts'

/** Addresses that a confirmed detection is about, and those to which its process talks now. */
export function addressesOf(detection: Detection, held: (pid: number) => readonly string[] = heldBy): string[] {
  const { subject, examination } = detection
  const named = [
    subject.address ?? [],
    ...detection.findings.map(({ event }) =>
      event.kind === 'connection' ? event.address : event.kind === 'exec' ? addressesIn(event.command) : [],
    ),
    addressesIn(subject.command ?? ''),
    ...(examination?.indicators ?? []).map(one => (one.type === 'address' ? one.value : [])),
    examination?.miningSession === undefined ? [] : addressesIn(examination.miningSession),
  ].flat()
  // A program of a package that was misused talks to its own clients and servers as well.
  const isForeign = !['owned', 'verified', 'modified'].includes(examination?.ownership ?? 'unknown')
  const talkedTo = isForeign && subject.pid !== undefined ? held(subject.pid) : []
  return [...new Set([...named, ...talkedTo])].filter(isBeyond)
}

/** Within the own networks it would be the host's neighbours that are cut off. */
function isBeyond(address: string): boolean {
  return isIP(address) !== 0 && !isUnspecified(address) && addressScope(address) === 'public'
}

function addressesIn(text: string): string[] {
  return text.match(/(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/g) ?? []
}

/** The other ends of connections that a process opened; those that came to a port at which it waits are its clients. */
function heldBy(pid: number): string[] {
  const sockets = kernelSockets()
  const waiting = new Set(sockets.filter(one => one.state === 'LISTEN').map(one => `${one.protocol} ${one.localPort}`))
  const opened = sockets.filter(one => one.remotePort !== 0 && !waiting.has(`${one.protocol} ${one.localPort}`))
  const owners = ownersOf(new Set(opened.map(one => one.inode)), [pid])
  return opened.filter(one => owners.get(one.inode) === pid).map(one => one.remoteAddress)
}

/** Addresses and networks of `response.neverBlock`. */
export function neverBlockedBy(list: readonly string[]): (address: string) => boolean {
  const networks = new BlockList()
  for (const one of list) {
    const [address = '', prefix] = one.split('/')
    const version = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    networks.addSubnet(address, Number(prefix ?? (version === 'ipv6' ? 128 : 32)), version)
  }
  return address => {
    const plain = address.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '')
    return networks.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4')
  }
}
