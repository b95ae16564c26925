import { Lab } from '../range/lab.ts'
import type { Range } from '../range/range.ts'
import { CenterProcess, type CenterPlace } from './center-process.ts'
import { firstAdmin, type Person } from './person.ts'

/** A center with its first administrator, and hosts that may join it, on one wire. */
export interface Fleet {
  readonly lab: Lab
  readonly center: CenterProcess
  readonly admin: Person
  readonly hosts: readonly Range[]
  close(): Promise<void>
}

/** Only in a network namespace of its own (test/range/lab.ts). */
export async function openFleet(names: readonly string[], place: CenterPlace = {}): Promise<Fleet> {
  const lab = Lab.open()
  const center = new CenterProcess(place)
  const close = async () => void (await Promise.allSettled([lab.close(), center.close()]))
  // One after the other: a host gets its address when it is opened.
  const opening = (async () => {
    const hosts: Range[] = []
    for (const name of names) hosts.push(await lab.host(name))
    return hosts
  })()
  try {
    const [hosts, document] = await Promise.all([opening, center.start()])
    return { lab, center, admin: await firstAdmin(document), hosts, close }
  } catch (error) {
    await Promise.allSettled([opening])
    await close()
    throw error
  }
}
