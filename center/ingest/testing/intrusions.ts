import { randomUUID } from 'node:crypto'
import type { LogEntryFact } from '../../../model/index.ts'
import type { Report } from '../../../model/wire/index.ts'
import type { TestStore } from '../../testing/index.ts'
import { createIngest } from '../ingest.ts'
import { addAgent, spooledFrom, type TestCenter } from './agents.ts'
import { cleanHost, infectedHost, realScan } from './real-scan.ts'

/** What an intrusion has; two of them share what they give the same name. */
export interface Traces {
  /** Number of the address that it is fetched from: `198.51.100.NUMBER`. */
  readonly drop: number
  /** Mining pool: `NAME.example`. */
  readonly pool: string
  /** The wallet of the plain host; otherwise none whose checksum holds. */
  readonly wallet?: boolean
  /** Folder, and everything else that is its own. */
  readonly own: string
  /** Addresses that somebody logged in from. */
  readonly logins?: readonly string[]
}

const plain = infectedHost()
const walletOfPlain = /4[48][1-9A-HJ-NP-Za-km-z]{93}/

/** The files of a host with such an intrusion: text in memory, nothing that runs. */
function filesOf({ drop, pool, wallet, own }: Traces): ReturnType<typeof infectedHost> {
  const changed = (text: string) =>
    text
      .replaceAll('198.51.100.7/unk.sh', `198.51.100.${drop}/${own}.sh`)
      .replaceAll('pool.example', `${pool}.example`)
      .replace(walletOfPlain, found => (wallet === true ? found : own))
      .replaceAll('/var/tmp/.x', `/var/tmp/.${own}`)
      .replace('"rig-id":"a"', `"rig-id":"${own}"`)
      .replace('sleep 1', `sleep 1 # ${own}`)
      .replaceAll(' root@nowhere', ` root@${own}`)
  return Object.fromEntries(
    Object.entries(plain).map(([path, file]) => [
      changed(path),
      typeof file === 'string' ? changed(file) : { ...file, content: changed(String(file.content)) },
    ]),
  )
}

export interface ReportingAgent {
  readonly host: string
  readonly name: string
  report(traces?: Traces): Promise<void>
}

/** A host that reports scans: with these traces, or of a clean one. */
export async function reportingAgent(
  store: TestStore,
  center: TestCenter,
  name: string,
  more: { addresses?: string[] } = {},
): Promise<ReportingAgent> {
  const agent = await addAgent(store, name, more)
  const ingest = createIngest(center)
  const spool = randomUUID()
  await ingest.hello(agent, spool)
  let sent = 0
  const report = async (traces?: Traces) => {
    const { scan } = await realScan(traces === undefined ? cleanHost : filesOf(traces))
    const logins = (traces?.logins ?? []).map(loginFrom)
    const incidents = scan.incidents.map(one => ({ ...one, context: [...one.context, ...logins] }))
    const one: Report = { kind: 'scan', id: randomUUID(), scan: { ...scan, incidents } }
    const { rejected } = await ingest.reports(agent, spool, spooledFrom(++sent, [one]))
    if (rejected.length > 0) throw new Error(rejected[0]?.reason)
  }
  return { host: agent.host, name, report }
}

function loginFrom(address: string): LogEntryFact & { id: string } {
  const at = '2026-05-31T23:00:00Z'
  const text = `Accepted publickey for root from ${address} port 50000 ssh2`
  return {
    id: `login ${address}`,
    kind: 'log-entry',
    path: '/var/log/auth.log',
    event: 'login',
    at,
    count: 1,
    user: 'root',
    address,
    text,
  }
}
