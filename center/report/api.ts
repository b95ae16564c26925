import type { storyRoutes } from '../../model/api/index.ts'
import type { Handlers } from '../context.ts'
import type { ReportDocument } from './blocks.ts'
import { badRequest, ProblemError } from '../problem-error.ts'
import { documentOf } from './document.ts'
import { gather } from './gather.ts'
import { htmlOf } from './html.ts'
import { busyWithPdfs, pdfOf } from './pdf/pdf.ts'
import { clockOf } from './times.ts'

type ReportHandlers = Pick<Handlers<typeof storyRoutes>, 'alertReport'>

/** `program`: what made the report, as `davylamp 1.2.3`. */
export function reportHandlers({ program }: { readonly program: string }): ReportHandlers {
  return {
    async alertReport({ params, query }, { caller, db, center, audit, reply }) {
      const clock = clockOf(query.language, query.timeZone)
      if (clock === undefined)
        throw badRequest('There is no such time zone', 'Give one of the IANA names, as Asia/Jakarta, or UTC.')
      if (query.format === 'pdf' && busyWithPdfs())
        throw new ProblemError(503, 'busy', 'Many reports are being made', 'Try again in a minute, or take the HTML.')
      const madeAt = center.clock()
      const input = await gather(db, caller, params.alert, { language: query.language, program, madeAt })
      await audit('alert.reported', { kind: 'alert', id: params.alert }, { format: query.format })
      const document = documentOf(input, clock)
      const name = fileNameOf(input.alertCase.alert.host.name, madeAt)
      reply.header('content-type', query.format === 'pdf' ? 'application/pdf' : 'text/html; charset=utf-8')
      reply.header('content-disposition', `attachment; filename="${name}.${query.format}"`)
      reply.header('cache-control', 'no-store')
      reply.header('x-content-type-options', 'nosniff')
      reply.send(query.format === 'pdf' ? pdfLater(document) : htmlOf(document))
    },
  }
}

/** Made when it is sent: by then the transaction is over, which need not wait for it. */
async function* pdfLater(document: ReportDocument): AsyncGenerator<Uint8Array> {
  yield await pdfOf(document)
}

/** Nothing of a host's name that a header or a file system could take for more than a letter. */
function fileNameOf(host: string, at: Date): string {
  const safe = host
    .replace(/[^A-Za-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
  return ['davylamp-incident', safe, at.toISOString().slice(0, 10)].filter(one => one !== '').join('-')
}
