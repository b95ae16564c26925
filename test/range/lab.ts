import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runHere } from './machine.ts'
import { Range, type RangeOptions } from './range.ts'

const bridge = 'lab0'
/** Where the center of a lab listens. */
export const labAddress = '10.77.0.1'

/**
 * Several ranges on one wire with the process that opened them. Everything is in this process's network namespace, which
 * must be its own: tests start again under `unshare --net` (remedies/testing/inner-run.ts).
 */
export class Lab {
  readonly #ranges: Range[] = []

  static open(): Lab {
    // A new one has its loopback and nothing that carries an address of anybody.
    if (/^ *(?:eth|en|wl|ens)\w*:/m.test(readFileSync('/proc/self/net/dev', 'utf8')))
      throw new Error('a lab is only opened in a network namespace of its own')
    runHere(['ip', 'link', 'set', 'lo', 'up'])
    runHere(['ip', 'link', 'add', bridge, 'type', 'bridge'])
    runHere(['ip', 'address', 'add', `${labAddress}/24`, 'dev', bridge])
    runHere(['ip', 'link', 'set', bridge, 'up'])
    return new Lab()
  }

  /** A host of its own: name, machine id, address 10.77.0.(10 + n). */
  async host(name: string, options: RangeOptions = {}): Promise<Range> {
    const number = this.#ranges.length + 1
    const range = await Range.open({
      ...options,
      hostname: name,
      prepare: root => {
        writeFileSync(join(root, 'etc/machine-id'), `${number.toString(16).padStart(32, '7')}\n`)
        writeFileSync(join(root, 'etc/hostname'), `${name}\n`)
        return ['/etc/machine-id', '/etc/hostname', ...(options.prepare?.(root) ?? [])]
      },
    })
    this.#ranges.push(range)
    range.attach(bridge, `${this.addressOf(range)}/24`)
    return range
  }

  addressOf(range: Range): string {
    return `10.77.0.${10 + this.#ranges.indexOf(range) + 1}`
  }

  /** A range comes back from a boot without its card. */
  async reboot(range: Range, how: 'orderly' | 'power-cut' = 'orderly'): Promise<void> {
    await range.reboot(how)
    range.attach(bridge, `${this.addressOf(range)}/24`)
  }

  async close(): Promise<void> {
    await Promise.all(this.#ranges.map(range => range.close()))
  }
}
