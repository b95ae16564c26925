import type { CenterPolicy } from '../model/wire/index.ts'
import type { AgentOptions } from './agent-options.ts'
import { Connection } from './connection/connection.ts'
import { oneLine } from './connection/https.ts'
import type { Duties } from './duties.ts'
import type { Membership } from './membership.ts'
import { messageOf } from './own-files.ts'
import { fetchPacks } from './packs.ts'
import type { AgentFolders, Worker } from './ports.ts'
import type { Spool } from './spool.ts'
import type { Wishes } from './wishes.ts'

export interface CenterLinkParts {
  readonly options: Pick<AgentOptions, 'connection' | 'trial' | 'log'>
  readonly folders: AgentFolders
  readonly membership: Membership
  readonly wishes: Wishes
  readonly spool: Spool
  readonly worker: Worker
  readonly duties: Duties
  /** Nothing is taken any more. */
  leaving(): boolean
  /** The connection is in another state now. */
  changed(): void
  /** Policy or packs of rules are other ones now. */
  settle(): void
}

/** The connection with the center, not yet begun, and what is done about what it says. Undefined while this host has joined none. */
export function linkToCenter(parts: CenterLinkParts): Connection | undefined {
  const { options, folders, membership, wishes, spool, worker, changed, settle } = parts
  const { identity } = membership
  if (identity === undefined) return undefined
  const take = orderTaker(parts)
  return new Connection({
    ...options.connection,
    identity: () => membership.identity ?? identity,
    hello: () => membership.hello(worker, spool, wishes.version),
    spool,
    changed,
    listener: {
      welcomed: welcome => {
        options.log(`connected to ${identity.center} (acknowledged: ${welcome.acknowledged})`, { event: 'connected' })
        options.trial?.connected()
      },
      order: take,
      policy: policy => takePolicy(parts, policy),
      rules: packs => {
        void fetchPacks(folders.packs, packs, membership.identity ?? identity)
          .then(settle)
          .catch((error: unknown) => options.log(oneLine(messageOf(error))))
      },
      log: line => options.log(line),
    },
  })
}

/** One after the other, as they came: the sequence of orders must not be mixed up. */
function orderTaker({ options, worker, duties, leaving }: CenterLinkParts): (order: unknown) => void {
  let taking: Promise<void> = Promise.resolve()
  return order => {
    taking = taking.then(async () => {
      if (leaving()) return
      try {
        const taken = await worker.take(order)
        if (taken !== undefined) duties.queueOrder(taken)
      } catch (error) {
        // It was not written down, so the center sends it again with the next connection.
        options.log(`an order could not be judged: ${oneLine(messageOf(error))}`)
      }
    })
  }
}

function takePolicy({ options, wishes, duties, settle, changed }: CenterLinkParts, policy: CenterPolicy): void {
  wishes.take(policy)
  duties.settle()
  settle()
  const { tightened } = wishes.inForce()
  changed()
  options.log(`policy ${policy.version} of the center${tightened.length > 0 ? `; here: ${tightened.join('; ')}` : ''}`)
}
