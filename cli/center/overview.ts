import type { nextSteps } from '../../model/api/index.ts'
import { count } from '../print/verdict.ts'
import { calledAs } from '../program-name.ts'
import { withCenter } from './connect.ts'
import { groupOf } from './names.ts'
import { plain, when } from './show.ts'

type NextStep = (typeof nextSteps)[number]

/** What there is so many of, and the command that shows it. */
const steps: Readonly<Record<NextStep, { readonly what: (count: number) => string; readonly command: string }>> = {
  'handle-confirmed': {
    what: number => `Handle ${count(number, 'confirmed intrusion')}`,
    command: 'alerts list --verdict confirmed',
  },
  'rebuild-host': {
    what: number => `Rebuild ${count(number, 'host')}: cleaning is not enough`,
    command: 'hosts summary',
  },
  'finish-cleanup': {
    what: number => `Finish ${count(number, 'clean-up')} that left something`,
    command: 'alerts list',
  },
  'approve-orders': {
    what: number => `Approve or refuse ${count(number, 'order')} of others`,
    command: 'orders list --is waiting-approval',
  },
  'look-at-tampered': {
    what: number => `Look at ${count(number, 'agent')} that somebody touched`,
    command: 'hosts agents --tampered',
  },
  'handle-suspected': {
    what: number => `Judge ${count(number, 'suspected intrusion')}`,
    command: 'alerts list --verdict suspected',
  },
  'let-hosts-in': { what: number => `Let in or refuse ${count(number, 'host')}`, command: 'enrol waiting' },
  'look-at-offline': {
    what: number => `See why ${count(number, 'host')} ${number === 1 ? 'is' : 'are'} away`,
    command: 'hosts list --offline',
  },
  'scan-hosts': { what: number => `Scan ${count(number, 'host')}, not looked at for a week`, command: 'hosts scan' },
  'close-exposure': {
    what: number => `Close ${count(number, 'open door')}`,
    command: 'alerts list --verdict exposure',
  },
  'add-second-factor': { what: () => 'Add a second factor to your account', command: 'account codes' },
  'add-channel': { what: () => 'Say where notifications shall go', command: 'notifications kinds' },
  'add-host': { what: () => 'Let the first server join', command: 'enrol token' },
}

export const overviewCommand = withCenter<{ group?: string }>(async ({ client }, options, context) => {
  const group = options.group === undefined ? undefined : await groupOf(client, options.group)
  const found = await client.overview({ query: { group } })
  if (context.json) return context.print(found)
  const { page } = context
  page.heading('What to do next')
  if (found.next.length === 0) page.text('Nothing waits for you.', 2)
  page.commands(
    found.next.map(one => [`${calledAs} ${steps[one.step].command}`, steps[one.step].what(one.count)] as const),
  )
  if (found.suspects.length > 0) page.heading('Suspected processes, by what they use of a core')
  page.table(
    found.suspects.map(one => [`${Math.round(one.cpuPercent)} %`, plain(one.host.name), plain(one.command), one.alert]),
  )
  if (found.offline.length > 0) page.heading('Hosts that are away')
  page.table(found.offline.map(one => [plain(one.name), when(one.since), plain(one.reason ?? '')]))
})
