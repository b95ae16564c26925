import type { OrderAction, Report } from '../../model/wire/index.ts'
import type { RecordedHost } from './record.ts'

type Quarantine = Extract<Report, { kind: 'quarantine' }>
type Blocks = Extract<Report, { kind: 'blocks' }>

/** What a simulated host keeps between orders: its quarantine box and what its firewall drops. */
export interface Box {
  /** What it tells once it has carried out an order; `undefined`: the order is none of these. */
  carryOut(action: OrderAction): readonly Report[] | undefined
}

export function boxOf(host: RecordedHost): Box {
  let entries = lastOf<Quarantine>(host, 'quarantine')?.entries ?? []
  let blocked = lastOf<Blocks>(host, 'blocks')?.blocked ?? []
  const tellBlocks = (): readonly Report[] => [{ kind: 'blocks', way: 'nftables', blocked: [...blocked] }]
  return {
    carryOut(action) {
      switch (action.kind) {
        case 'restore':
          entries = entries.filter(one => one.id !== action.entry)
          return [{ kind: 'quarantine', entries }]
        case 'block': {
          const expiresAt = new Date(Date.now() + action.seconds * 1000).toISOString()
          const others = blocked.filter(one => !action.addresses.includes(one.address))
          blocked = [...others, ...action.addresses.map(address => ({ address, expiresAt, packets: 3 }))]
          return tellBlocks()
        }
        case 'unblock':
          blocked = blocked.filter(one => !action.addresses.includes(one.address))
          return tellBlocks()
        default:
          return undefined
      }
    },
  }
}

function lastOf<R extends Report>(host: RecordedHost, kind: R['kind']): R | undefined {
  return host.reports.findLast((one): one is R => one.kind === kind)
}
