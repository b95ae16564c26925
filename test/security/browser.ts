import { Agent, request } from 'node:https'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  /** `undefined` when it is no JSON. */
  readonly json: unknown
}

/** What one browser sees of a center: cookies and the CSRF token are kept, TLS is checked. */
export class Browser {
  readonly cookies = new Map<string, string>()
  csrf = ''
  readonly #port: number
  readonly #agent: Agent

  constructor(port: number, ca: string) {
    this.#port = port
    this.#agent = new Agent({ ca, keepAlive: true, maxSockets: 4 })
  }

  /** A function of the API. */
  call(method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.ask(method, `/api/v1${path}`, body, headers)
  }

  /** Any path of that port. */
  async ask(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const content = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    const asked = request(
      {
        agent: this.#agent,
        host: '127.0.0.1',
        port: this.#port,
        method,
        path,
        headers: {
          ...(cookie === '' ? {} : { cookie }),
          ...(this.csrf === '' ? {} : { 'x-csrf-token': this.csrf }),
          ...(content === undefined ? {} : { 'content-type': 'application/json', 'content-length': content.length }),
          ...headers,
        },
      },
      answer => {
        const chunks: Buffer[] = []
        answer.on('data', chunk => chunks.push(chunk))
        answer.once('error', reject)
        answer.once('end', () => {
          const text = Buffer.concat(chunks).toString()
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text, json: parsed(text) })
        })
      },
    )
    asked.once('error', reject)
    asked.end(content)
    const answer = await promise
    for (const line of [answer.headers['set-cookie'] ?? []].flat()) this.#keep(line)
    const said = answer.json
    if (typeof said === 'object' && said !== null && 'csrf' in said) this.csrf = String(said.csrf)
    return answer
  }

  close(): void {
    this.#agent.destroy()
  }

  #keep(line: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    if (/Max-Age=0\b/.test(line)) this.cookies.delete(name)
    else this.cookies.set(name, value)
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
