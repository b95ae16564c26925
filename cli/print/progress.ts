import { cut, safeText } from './text.ts'

/** How far something is, for programs: as in the frame `progress` of model/wire. `total` 0: nobody knows of how many. */
export interface Step {
  readonly what: string
  readonly done: number
  readonly total: number
  readonly bytes?: number | undefined
  readonly perSecond?: number | undefined
  readonly secondsLeft?: number | undefined
}

/** One line on a terminal that says what is being looked at. Nothing where no terminal is. */
export interface Progress {
  /** `step`: the same in numbers. */
  show(text: string, step?: Step): void
  clear(): void
}

export interface ProgressStream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

const restMs = 60

export function progressLine(stream: ProgressStream): Progress {
  if (stream.isTTY !== true) return { show() {}, clear() {} }
  let last = 0
  let shown = false
  return {
    show(text) {
      const now = Date.now()
      if (now - last < restMs) return
      last = now
      shown = true
      stream.write(`\r\u001b[K${cut(safeText(text, false).replaceAll('\n', ' '), (stream.columns || 80) - 1)}`)
    },
    clear() {
      if (shown) stream.write('\r\u001b[K')
      shown = false
      last = 0
    },
  }
}
