import { isIP } from 'node:net'
import { canonicalHash } from '../engine/index.ts'
import type { Action, Plan, Run } from '../model/index.ts'
import { carryOut, firewallOf, NoFirewall, openHost } from '../remedies/index.ts'
import { CommandError } from './command-error.ts'
import type { Context } from './context.ts'
import { roughly, showDuration } from './duration.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { packageOwned } from './package-owned.ts'
import { type OrderBounds, programFor } from './order-bounds.ts'
import { calledAs } from './program-name.ts'
import { requireRoot, requireWritableState } from './state/permission.ts'

/** Lists what is blocked now. */
export async function listCommand(_: object, context: Context): Promise<ExitCode> {
  requireRoot('reading the firewall')
  const { way, blocked, lacking } = blockedNow()
  if (context.json) context.print({ format: 'davylamp-blocked', version: 1, way, blocked })
  else if (lacking !== undefined) context.page.text(`Nothing can be blocked by this program: ${lacking}.`)
  else if (blocked.length === 0) context.page.text(`Nothing is blocked (by ${way}).`)
  else {
    const own = blocked.filter(one => one.listed !== true)
    if (own.length > 0)
      context.page.table(
        own.map(one => [one.address, `for ${roughly(one.seconds)} more`]),
        0,
      )
    const listed = blocked.length - own.length
    if (listed > 0)
      context.page.text(
        `${listed} ${listed === 1 ? 'address' : 'addresses'} of indicator lists too (--json names them): the agent renews them, and takes them away when response.indicators is false. One that you remove stays open.`,
      )
    context.page.text(`Blocked by ${way}.${way === 'iptables' ? overdue : ''}`)
  }
  return exitCodes.fine
}

export async function addBlockCommand(
  options: { for?: number } & OrderBounds,
  context: Context,
  ...addresses: string[]
): Promise<ExitCode> {
  const seconds = options.for ?? 86_400
  return journaled(
    addresses.map(address => ({ kind: 'block-address', address: known(address), seconds })),
    options,
    context,
  )
}

export async function removeBlockCommand(
  options: OrderBounds,
  context: Context,
  ...addresses: string[]
): Promise<ExitCode> {
  return journaled(
    addresses.map(address => ({ kind: 'unblock-address', address: known(address) })),
    options,
    context,
  )
}

const overdue =
  ' Without nftables an address stays blocked past its time until this program next blocks, lists or removes one.'

function blockedNow() {
  try {
    const firewall = firewallOf(packageOwned())
    return { way: firewall.way, blocked: firewall.blocked() }
  } catch (error) {
    if (!(error instanceof NoFirewall)) throw error
    return { way: 'none' as const, blocked: [], lacking: error.message }
  }
}

/** A run of its own: it is in the list of runs and can be undone. */
async function journaled(actions: readonly Action[], bounds: OrderBounds, context: Context): Promise<ExitCode> {
  requireRoot('changing the firewall')
  requireWritableState(context.state)
  const reason = bounds.order === undefined ? 'asked for on the command line' : `order ${bounds.order} of the center`
  const host = openHost({
    root: '/',
    live: true,
    state: context.state,
    ownedUnmodified: packageOwned(),
    centers: bounds.neverBlock ?? [],
  })
  try {
    const run = await carryOut(blockPlan(actions.map(action => ({ action, reason }))), host, {
      program: programFor(bounds),
    })
    if (context.json) context.print(run)
    else tell(run, context)
    const left = run.actions.some(one => one.outcome !== 'done' && one.outcome !== 'already-done')
    return left ? exitCodes.left : exitCodes.fine
  } finally {
    host.close()
  }
}

/** A plan of blocks, or of their ends, that belongs to no incident. */
export function blockPlan(steps: readonly { readonly action: Action; readonly reason: string }[]): Plan {
  const body: Omit<Plan, 'id'> = {
    format: 'davylamp-plan',
    version: 1,
    target: { root: '/', live: true },
    incidents: [],
    actions: steps.map(({ action, reason }, at) => ({
      number: at + 1,
      phase: 'contain',
      action,
      reason,
      incident: '',
      findings: [],
      fact: '',
      undoable: true,
      dependsOn: [],
    })),
    skipped: [],
    advice: [],
  }
  return { ...body, id: canonicalHash(body) }
}

function tell(run: Run, context: Context): void {
  for (const { action, outcome, detail } of run.actions) {
    const address = 'address' in action ? action.address : ''
    const what =
      action.kind === 'block-address' ? `blocked for ${showDuration(action.seconds)}` : 'not blocked any more'
    if (outcome === 'done') context.page.text(`${address} is ${what}.`)
    else if (outcome === 'already-done') context.page.text(`${address} was so already.`)
    else context.page.text(`${address}: ${outcome}: ${detail ?? ''}`)
  }
  context.page.text(`To take it back: ${calledAs} undo ${run.id}`)
}

function known(address: string): string {
  if (isIP(address) === 0)
    throw new CommandError(`${address} is no IPv4 or IPv6 address. Names are never looked up: give the address.`)
  return address
}
