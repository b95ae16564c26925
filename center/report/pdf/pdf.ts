import { Worker } from 'node:worker_threads'
import type { ReportDocument } from '../blocks.ts'

/** What one PDF may cost before it is given up. */
export interface PdfLimits {
  readonly megabytes: number
  readonly seconds: number
}

const usual: PdfLimits = { megabytes: 512, seconds: 120 }

let before: Promise<unknown> = Promise.resolve()
let waiting = 0
const mostWaiting = 20

/** More of them wait than anybody wants to wait for. */
export function busyWithPdfs(): boolean {
  return waiting >= mostWaiting
}

/** The report as PDF, drawn in a thread of its own. One at a time: each takes a core for about a second. */
export function pdfOf(document: ReportDocument, limits = usual): Promise<Uint8Array> {
  waiting++
  const made = before.then(() => drawnInThread(document, limits)).finally(() => waiting--)
  before = made.catch(() => undefined)
  return made
}

function drawnInThread(document: ReportDocument, { megabytes, seconds }: PdfLimits): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL('./pdf-thread.ts', import.meta.url), {
      workerData: document,
      resourceLimits: { maxOldGenerationSizeMb: megabytes },
    })
    const late = setTimeout(() => void thread.terminate(), seconds * 1_000)
    thread.once('message', resolve)
    thread.once('error', reject)
    thread.once('exit', () => {
      clearTimeout(late)
      reject(new Error(`the report was not drawn within ${seconds} seconds`))
    })
  })
}
