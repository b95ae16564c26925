import { Page } from './print/page.ts'
import { progressLine, type Progress } from './print/progress.ts'

/** What each command is given: where to write, and the options that all of them share. */
export interface Context {
  readonly state: string
  readonly json: boolean
  /** For people; with `--json` nothing may be written to it. */
  readonly page: Page
  /** Warnings and questions: standard error. */
  readonly notes: Page
  readonly progress: Progress
  /** The one document of `--json`. */
  print(document: unknown): void
  /** Bytes for another program: a completion script, a file's content. */
  raw(text: string): void
}

export interface GlobalOptions {
  readonly state: string
  readonly json?: boolean
  readonly color?: boolean
}

export function contextFor(options: GlobalOptions): Context {
  const write = (text: string) => void process.stdout.write(text)
  const page = new Page({ width: widthFor(process.stdout), colours: coloursFor(process.stdout, options), write })
  return {
    state: options.state,
    json: options.json === true,
    page,
    notes: new Page({
      width: widthFor(process.stderr),
      colours: coloursFor(process.stderr, options),
      write: text => void process.stderr.write(text),
    }),
    progress: progressLine(process.stderr),
    print: document => write(`${JSON.stringify(document, null, process.stdout.isTTY ? 2 : 0)}\n`),
    raw: write,
  }
}

interface Stream {
  readonly isTTY?: boolean
  readonly columns?: number
}

function widthFor(stream: Stream): number {
  const asked = Number(process.env['COLUMNS'] || 0)
  const columns = asked > 0 ? asked : stream.isTTY ? stream.columns || 80 : 100
  return Math.min(Math.max(columns, 40), 120)
}

/** https://no-color.org: any value but the empty one turns colours off. */
function coloursFor(stream: Stream, { color }: GlobalOptions): boolean {
  return stream.isTTY === true && color !== false && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb'
}
