import { createHash } from 'node:crypto'
import { infectedHost, realScan } from '../../../center/ingest/testing/real-scan.ts'
import type { Scan } from '../../../model/index.ts'

/** Which of the reports of which host. */
export interface Which {
  /** Number of the host, from 0. */
  readonly host: number
  /** Number of the scan, from 0: scan n sees n + 1 intrusions, the newest for the first time. */
  readonly scan: number
}

/** New alerts that each of these scans brings: an incident, its findings, and one finding outside of an incident. */
export interface Outbreak {
  readonly newAlerts: number
  readonly newTopAlerts: number
  /** JSON of a report. */
  report(which: Which): string
}

/** Hosts that the same intruder came to: one campaign. */
const hostsOfCampaign = 100
const folder = '.x7q2m9'

/**
 * What our collectors, rules and engine say of a host with a miner, made once; then the same for other hosts, with another
 * folder, other hashes, another pool and address. A host that is infected again has all that it had and one intrusion more.
 */
export async function prepareOutbreak(scans: number): Promise<Outbreak> {
  const { scan } = await realScan(infectedHost(folder))
  const [first] = scan.findings
  if (first === undefined || scan.incidents.length !== 1) throw new Error('the engine found no single incident')
  const loose = { ...first, id: idOf(first.id, 'loose'), fact: { ...first.fact, id: idOf(first.fact.id, 'loose') } }
  const parts = Array.from({ length: scans }, (_, number) => ({
    incidents: JSON.stringify(renamed(scan.incidents, number)).slice(1, -1),
    findings: JSON.stringify(renamed([...scan.findings, loose], number)).slice(1, -1),
  }))
  const hashes = [...new Set(JSON.stringify(scan).match(/\b[0-9a-f]{64}\b/g) ?? [])]
  const shell = shellOf(scan)
  return {
    newAlerts: scan.incidents.length + scan.findings.length + 1,
    newTopAlerts: scan.incidents.length + 1,
    report({ host, scan: last }) {
      const seen = parts.slice(0, last + 1).map((part, number) => ({
        incidents: personal(part.incidents, host, number, hashes),
        findings: personal(part.findings, host, number, hashes),
      }))
      return shell
        .replace('"@id@"', JSON.stringify(`scan-${host}-${last}`))
        .replace('"@incidents@"', () => `[${seen.map(one => one.incidents).join(',')}]`)
        .replace('"@findings@"', () => `[${seen.map(one => one.findings).join(',')}]`)
    },
  }
}

function shellOf(scan: Scan): string {
  const startedAt = new Date().toISOString()
  return JSON.stringify({
    kind: 'scan',
    id: '@id@',
    scan: { ...scan, startedAt, findings: '@findings@', incidents: '@incidents@' },
  })
}

/** Ids of incidents, findings and facts that no other of the host's intrusions has. */
function renamed<T>(value: readonly T[], number: number): T[] {
  const text = JSON.stringify(value).replaceAll(/\b[0-9a-f]{16}\b/g, id => idOf(id, String(number)))
  return JSON.parse(text)
}

function idOf(id: string, what: string): string {
  return createHash('sha256').update(`${id} ${what}`).digest('hex').slice(0, 16)
}

function personal(text: string, host: number, number: number, hashes: readonly string[]): string {
  const campaign = Math.floor(host / hostsOfCampaign)
  let own = text
    .replaceAll(folder, `.x${number}${String(host).padStart(4, '0')}`)
    .replaceAll('pool.example', `pool-${campaign}-${number}.example`)
    .replaceAll('198.51.100.7', `198.51.${100 + number}.${campaign % 250}`)
  for (const hash of hashes) own = own.replaceAll(hash, hashFor(hash, campaign, number))
  return own
}

const hashesFor = new Map<string, string>()

function hashFor(hash: string, campaign: number, number: number): string {
  const key = `${hash} ${campaign} ${number}`
  const known = hashesFor.get(key) ?? createHash('sha256').update(key).digest('hex')
  hashesFor.set(key, known)
  return known
}
