import { createParser } from 'eventsource-parser'
import type { LiveEvent, LiveKind } from '../model/api/index.ts'
import { ApiError, errorOf, UnreachableError } from './api-error.ts'
import { liveEventIn } from './read-answer.ts'
import { type ClientOptions, send } from './send.ts'

export interface LiveOptions {
  /** Only these kinds; default all. */
  readonly what?: readonly LiveKind[]
  readonly signal?: AbortSignal
}

/** The center writes at least every 15 seconds; a line that is silent for longer is dead. */
const silenceMs = 45_000
const pauseMs = 2_000

/**
 * What changes in the center, until the signal fires. It comes back by itself after a loss; `look-again` then says that anything may have changed. Rejects with
 * ApiError when the center refuses (not signed in any more).
 */
export async function* liveEvents(client: ClientOptions, options: LiveOptions = {}): AsyncGenerator<LiveEvent> {
  for (;;) {
    if (stopped(options.signal)) return
    try {
      yield* oneStream(client, options)
    } catch (error) {
      if (stopped(options.signal)) return
      if (error instanceof ApiError && error.status < 500 && error.status !== 429) throw error
    }
    await pause(options.signal)
  }
}

function stopped(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true
}

async function* oneStream(client: ClientOptions, { what, signal }: LiveOptions): AsyncGenerator<LiveEvent> {
  const silent = new AbortController()
  const query = what === undefined ? '' : `?${new URLSearchParams(what.map(kind => ['what', kind]))}`
  const response = await send(client, {
    method: 'GET',
    path: `/live${query}`,
    accept: 'text/event-stream',
    repeatable: true,
    signal: signal === undefined ? silent.signal : AbortSignal.any([signal, silent.signal]),
  })
  if (!response.ok) throw await errorOf(response)
  if (response.body === null) throw new UnreachableError(client.address, 'the live view has no content')
  let timer = setTimeout(() => silent.abort(), silenceMs)
  const events: LiveEvent[] = []
  const parser = createParser({
    onEvent: message => void events.push(...eventOf(message.event, message.data)),
    maxBufferSize: 1_000_000,
  })
  const decoder = new TextDecoder()
  try {
    for await (const bytes of response.body) {
      clearTimeout(timer)
      timer = setTimeout(() => silent.abort(), silenceMs)
      parser.feed(decoder.decode(bytes, { stream: true }))
      for (const event of events.splice(0)) {
        yield event
        if (event.event === 'end' && event.data.why === 'signed-out') throw new ApiError(401, signedOut)
      }
    }
  } finally {
    clearTimeout(timer)
    silent.abort()
  }
}

const signedOut = {
  type: 'urn:davylamp:problem:sign-in',
  title: 'You are not signed in any more',
  status: 401,
  detail: 'Sign in again.',
}

/** Kinds of events that only a newer center knows are left out. */
function eventOf(event: string | undefined, data: string): LiveEvent[] {
  try {
    const known = liveEventIn(event, JSON.parse(data))
    return known === undefined ? [] : [known]
  } catch {
    return []
  }
}

async function pause(signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, pauseMs)
  signal?.addEventListener('abort', () => resolve(), { once: true })
  await promise
  clearTimeout(timer)
}
