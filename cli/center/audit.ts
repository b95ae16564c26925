import { auditHead } from '../../model/api/index.ts'
import { z } from 'zod'
import { exitCodes } from '../exit-codes.ts'
import { withCenter } from './connect.ts'
import { documentOf } from './document-file.ts'
import { detailText } from './fact-text.ts'
import { timeBefore } from './names.ts'
import { type ListOptions, said, showOne, showPages, when } from './show.ts'

interface AuditFilter extends ListOptions {
  readonly actor?: string
  readonly action?: string
  readonly object?: string
  readonly since?: string
  readonly until?: string
}

export const listCommand = withCenter<AuditFilter>(async ({ client }, options, context) => {
  const { actor, action, object } = options
  const query = {
    actor,
    action,
    objectId: object,
    from: timeBefore('--since', options.since),
    to: timeBefore('--until', options.until),
  }
  await showPages(
    context,
    options,
    paging => client.listAudit({ query: { ...query, ...paging } }),
    [
      ['number', one => one.sequence],
      ['at', one => when(one.at)],
      ['who', one => one.actor.name || one.actor.kind],
      ['from', one => one.address],
      ['did', one => one.action],
      ['to', one => [one.object.kind, one.object.id].filter(Boolean).join(' ')],
      ['detail', one => detailText(one.detail)],
    ],
    'There are no such entries.',
  )
})

const keptHeads = z.union([auditHead.transform(one => [one]), z.array(auditHead)])

/** Computes all hashes anew in the center; heads that were kept elsewhere also show a log that was written anew. */
export const verifyCommand = withCenter<{ heads?: string }>(async ({ client }, options, context) => {
  const heads = options.heads === undefined ? [] : await documentOf(keptHeads, options.heads)
  const verdict = await client.verifyAudit({ body: { heads } })
  if (context.json) context.print(verdict)
  else if (verdict.ok)
    context.page.text(
      `Whole: ${verdict.entries} entries, the last one ${verdict.head.sequence} with hash ${verdict.head.hash}.`,
    )
  else
    context.page.text(said`BROKEN at entry ${verdict.brokenAt ?? '?'}: ${verdict.reason ?? 'the hashes do not agree'}`)
  return verdict.ok ? exitCodes.fine : exitCodes.left
})

export const headCommand = withCenter<object>(async ({ client }, _, context) => {
  const head = await client.auditHead()
  showOne(context, head, [
    ['entry', head.sequence],
    ['at', when(head.at)],
    ['hash', head.hash],
  ])
})
