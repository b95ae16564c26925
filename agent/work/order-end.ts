import type { Order, OrderState, Refusal } from '../../model/wire/index.ts'
import { isRecord } from '../own-files.ts'
import type { ChildEnd } from './child.ts'

/** How an order ended. */
export interface OrderEnd {
  readonly state: OrderState
  readonly refusal?: Refusal
  readonly reason?: string
  readonly run?: string
  readonly scan?: string
}

/** What the output of the child that carried out an order says of it. */
export function endOfOrder({ action }: Order, { status, stdout, stderr }: ChildEnd): OrderEnd {
  const document = documentOf(stdout)
  if (document === undefined) return { state: 'failed', reason: reasonFrom(stderr, status) }
  if (document['format'] === 'davylamp-refused')
    return { state: 'refused', refusal: refusalOf(document['refusal']), reason: String(document['reason']) }
  if (document['format'] === 'davylamp-proof')
    return { state: 'done', reason: `The proof says: ${String(document['result'])}.` }
  if (document['format'] !== 'davylamp-run') return { state: 'failed', reason: reasonFrom(stderr, status) }
  const run = String(document['id'])
  if (run === 'none') return { state: 'done', reason: 'Nothing of it is there any more: there was nothing to do.' }
  if (action.kind === 'undo' || action.kind === 'restore')
    return status === 0
      ? { state: 'done', run }
      : { state: 'partial', run, reason: 'Not everything could be taken back: the run says what and why.' }
  const details = refusedDetails(document['actions'])
  if (details !== undefined && (action.kind === 'block' || action.kind === 'unblock'))
    return details.all
      ? { state: 'refused', refusal: 'protected', reason: details.text, run }
      : { state: 'partial', reason: details.text, run }
  return document['state'] === 'complete'
    ? { state: 'done', run }
    : { state: 'partial', run, reason: 'Not every action succeeded: the run says which and why.' }
}

export function documentOf(stdout: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(stdout)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** The last of what standard error said, on one line. */
export function reasonFrom(stderr: string, status: number | null): string {
  const text = stderr
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replace(/^davylamp: /, '')
    .slice(-1_000)
  return text === '' ? `The child ended with ${status ?? 'a signal'} and said nothing.` : text
}

/** What the remedies refused to touch, of a block. */
function refusedDetails(actions: unknown): { all: boolean; text: string } | undefined {
  if (!Array.isArray(actions)) return undefined
  const details = actions.map(one => (isRecord(one) && typeof one['detail'] === 'string' ? one['detail'] : ''))
  const refused = details.filter(one => one.startsWith('refused: '))
  if (refused.length === 0) return undefined
  return {
    all: refused.length === actions.length,
    text: refused
      .map(one => one.slice(9))
      .join('; ')
      .slice(0, 1_000),
  }
}

function refusalOf(value: unknown): Refusal {
  return value === 'protected' ? 'protected' : 'local-policy'
}
