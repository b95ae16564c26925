import { arch, hostname, networkInterfaces, release } from 'node:os'
import { machineId } from './machine-id.ts'
import { readText } from './own-files.ts'

/** What `hello` says of the host. */
export function hostData() {
  return {
    hostname: hostname().slice(0, 253),
    system: prettyName(quiet('/etc/os-release') ?? quiet('/usr/lib/os-release') ?? '').slice(0, 200),
    kernel: release().slice(0, 200),
    architecture: arch(),
    machine: machineId(),
    boot: (quiet('/proc/sys/kernel/random/boot_id') ?? '').trim().slice(0, 64),
    addresses: ownAddresses(),
  }
}

/** os-release(5): the value of PRETTY_NAME without its quotes. */
export function prettyName(text: string): string {
  const value = /^PRETTY_NAME=(.*)$/m.exec(text)?.[1]?.trim() ?? ''
  return value.replace(/^(["'])(.*)\1$/, '$2')
}

function ownAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap(list => list ?? [])
  const outside = all.filter(one => !one.internal && !one.address.startsWith('fe80:'))
  return [...new Set(outside.map(one => one.address.slice(0, 64)))].slice(0, 64)
}

function quiet(path: string): string | undefined {
  try {
    return readText(path)
  } catch {
    return undefined
  }
}
