import { isIP } from 'node:net'
import { canonicalHash } from '../engine/index.ts'
import type { Action, Plan, Run } from '../model/index.ts'
import { blockedAddresses, carryOut, openHost } from '../remedies/index.ts'
import { CommandError } from './command-error.ts'
import type { Context } from './context.ts'
import { roughly, showDuration } from './duration.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { calledAs, program } from './program-name.ts'
import { requireRoot, requireWritableState } from './state/permission.ts'

/** Lists what is blocked now. */
export async function listCommand(_: object, context: Context): Promise<ExitCode> {
  requireRoot('reading the firewall')
  const blocked = blockedAddresses()
  if (context.json) context.print({ format: 'davylamp-blocked', version: 1, blocked })
  else if (blocked.length === 0) context.page.text('Nothing is blocked.')
  else
    context.page.table(
      blocked.map(one => [one.address, `for ${roughly(one.seconds)} more`]),
      0,
    )
  return exitCodes.fine
}

export async function addBlockCommand(
  options: { for?: number },
  context: Context,
  ...addresses: string[]
): Promise<ExitCode> {
  const seconds = options.for ?? 86_400
  return journaled(
    addresses.map(address => ({ kind: 'block-address', address: known(address), seconds })),
    'asked for on the command line',
    context,
  )
}

export async function removeBlockCommand(_: object, context: Context, ...addresses: string[]): Promise<ExitCode> {
  return journaled(
    addresses.map(address => ({ kind: 'unblock-address', address: known(address) })),
    'asked for on the command line',
    context,
  )
}

/** A run of its own: it is in the list of runs and can be undone. */
async function journaled(actions: readonly Action[], reason: string, context: Context): Promise<ExitCode> {
  requireRoot('changing the firewall')
  requireWritableState(context.state)
  const host = openHost({ root: '/', live: true, state: context.state })
  try {
    const run = await carryOut(planOf(actions, reason), host, { program })
    if (context.json) context.print(run)
    else tell(run, context)
    const left = run.actions.some(one => one.outcome !== 'done' && one.outcome !== 'already-done')
    return left ? exitCodes.left : exitCodes.fine
  } finally {
    host.close()
  }
}

function planOf(actions: readonly Action[], reason: string): Plan {
  const body: Omit<Plan, 'id'> = {
    format: 'davylamp-plan',
    version: 1,
    target: { root: '/', live: true },
    incidents: [],
    actions: actions.map((action, at) => ({
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
