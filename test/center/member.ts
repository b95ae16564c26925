import type { Range } from '../range/range.ts'
import type { CenterProcess } from './center-process.ts'
import type { Person } from './person.ts'
import { until } from './until.ts'

/** A host of the lab that reports to a center. */
export interface Member {
  readonly range: Range
  /** Of the host in the center. */
  readonly id: string
  readonly agent: string
}

export interface Joining {
  readonly group?: string
  readonly needsApproval?: boolean
  /** `agent.yml` as its owner wrote it, instead of the one that joining writes. */
  readonly config?: string
}

/** The steps that the center shows for a new host, on that host: join, install the service, and wait until it reports. */
export async function joinHost(
  person: Person,
  center: CenterProcess,
  range: Range,
  joining: Joining = {},
): Promise<Member> {
  const { group = await rootGroup(person), needsApproval = false } = joining
  const { instructions } = await person.api.createEnrolmentToken({ body: { group, needsApproval } })
  if (joining.config !== undefined) await writeConfig(range, joining.config)
  // `davylamp agent join …`, as it is shown: the launcher's own path stands for the name.
  const words = instructions.join.split(' ').slice(1)
  const command = range.davylamp(['--json', ...words])
  if (needsApproval) await letIn(person)
  const joined = await command
  if (joined.status !== 0) throw new Error(`${instructions.join}: ${joined.stderr}`)
  const { agent } = JSON.parse(joined.stdout) as { agent: string }
  await installAgent(range)
  const known = await until(
    'the agent reports',
    async () => {
      const one = await person.api.getAgent({ params: { agent } })
      return one.online ? one : undefined
    },
    { explain: async () => `${await agentLog(range)}\n${center.log.slice(-2_000)}` },
  )
  return { range, id: known.host.id, agent }
}

async function letIn({ api }: Person): Promise<void> {
  const waiting = await until('a host asks to join', async () => {
    const { items } = await api.listEnrolments({ query: { state: 'pending' } })
    return items[0]
  })
  await api.approveEnrolment({ params: { enrolment: waiting.id }, body: {} })
}

export async function installAgent(range: Range): Promise<void> {
  const installed = await range.davylamp(['agent', 'install'])
  if (installed.status !== 0)
    throw new Error(`agent install: ${installed.stderr} ${installed.stdout} ${await agentLog(range)}`)
}

export async function writeConfig(range: Range, text: string): Promise<void> {
  await range.sh('mkdir -p /etc/davylamp && cat > /etc/davylamp/agent.yml', { input: text })
}

export async function rootGroup({ api }: Person): Promise<string> {
  const { items } = await api.listGroups()
  const root = items.find(one => one.parent === undefined)
  if (root === undefined) throw new Error('there is no group')
  return root.id
}

/** What the agent wrote into its host's journal. */
export async function agentLog(range: Range): Promise<string> {
  const done = await range.exec(['journalctl', '--no-pager', '--unit', 'davylamp-agent.service', '--lines', '60'])
  return done.stdout
}
