import { isRecord, messageOf } from '../own-files.ts'
import type { Spool } from '../spool.ts'
import { mostFrameBytes } from './center-frames.ts'
import { Dialogue, type Hello, type Listener } from './dialogue.ts'
import { ask, type CenterTls, oneLine, saidBy } from './https.ts'
import type { Ended } from './pause.ts'

export interface ExchangeParts {
  readonly center: string
  readonly tls: CenterTls
  readonly hello: Hello
  readonly spool: Spool
  readonly listener: Listener
  /** Resolves early when there is something to send. */
  readonly sleep: (ms: number) => Promise<void>
  /** Monotonic time of the end of this way; then a WebSocket is tried again. */
  readonly until: number
  readonly signal: AbortSignal
}

/**
 * The same dialogue by `POST /agent/v1/exchange`, where a proxy lets no WebSocket through. Each request says hello again, because it
 * may reach another node of the center. Returns when it fails or its time is over.
 */
export async function exchangeFrames(parts: ExchangeParts): Promise<Ended> {
  const dialogue = new Dialogue(parts.spool, parts.listener)
  const end = (why: Ended['why'], detail: string): Ended => ({ why, detail, welcomed: dialogue.welcomed })
  for (;;) {
    dialogue.forgetUnderWay()
    const reports = dialogue.nextReports()
    const answer = await exchanged(parts, reports)
    if ('why' in answer) return end(answer.why, answer.detail)
    for (const one of answer.frames) {
      const ended = dialogue.heardValue(one)
      if (ended !== undefined) return ended
    }
    if (parts.signal.aborted) return end('own-wish', 'stopped')
    if (performance.now() > parts.until) return end('own-wish', 'time to try a WebSocket again')
    const more = reports !== undefined && !dialogue.underWay && parts.spool.state().items > 0
    await parts.sleep(Math.max(dialogue.quietMs(), more ? 100 : answer.pollSeconds * 1_000))
  }
}

type Exchanged = { readonly frames: readonly unknown[]; readonly pollSeconds: number }

async function exchanged(
  parts: ExchangeParts,
  reports: string | undefined,
): Promise<Exchanged | { readonly why: Ended['why']; readonly detail: string }> {
  const frames: unknown[] = [parts.hello, ...(reports === undefined ? [] : [JSON.parse(reports)])]
  try {
    const url = new URL('/agent/v1/exchange', parts.center)
    const { tls, signal } = parts
    const answer = await ask({ url, tls, body: { frames }, mostBytes: mostFrameBytes * 2, signal })
    if (answer.status === 401 || answer.status === 403) return { why: 'refused', detail: saidBy(answer) }
    if (answer.status !== 200) return { why: 'unreachable', detail: saidBy(answer) }
    const read: unknown = JSON.parse(answer.body.toString('utf8'))
    if (!isRecord(read) || !Array.isArray(read['frames']))
      return { why: 'center-misbehaved', detail: 'the center answered with something that holds no frames' }
    const poll = Number(read['pollSeconds'])
    return { frames: read['frames'], pollSeconds: poll >= 1 && poll <= 3_600 ? poll : 30 }
  } catch (error) {
    return { why: signalled(parts) ? 'own-wish' : 'unreachable', detail: oneLine(messageOf(error)) }
  }
}

function signalled({ signal }: ExchangeParts): boolean {
  return signal.aborted
}
