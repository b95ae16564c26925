/** One message between a miner and its pool. */
export interface StratumMessage {
  readonly from: 'client' | 'pool'
  /** The method, or `job` and `work` for an answer that holds some. */
  readonly says: string
  /** Whom the work is for: a wallet, or a name at the pool. */
  readonly account?: string
  /** What the client calls itself. */
  readonly agent?: string
  readonly job?: string
}

/** Reads the JSON of one message; undefined for what no miner and no pool says. Words alone are not enough: the shape must be theirs. */
export function stratumMessage(text: string): StratumMessage | undefined {
  const whole = objectIn(text)
  if (whole === undefined) return undefined
  const method = whole['method']
  return typeof method === 'string' ? ofMethod(method, whole['params']) : ofAnswer(whole['result'])
}

function ofMethod(method: string, params: unknown): StratumMessage | undefined {
  if (method === 'login') return login(record(params))
  if (method === 'submit') return submit(record(params))
  if (method === 'job') return job(record(params))
  if (method === 'getblocktemplate' || method === 'get_block_template') return template(record(params))
  const shape = listMethods[method]
  if (shape === undefined || !Array.isArray(params) || !shape.fits(params)) return undefined
  const account = shape.account === true ? text(params[0]) : undefined
  return { from: shape.from, says: method, ...(account === undefined ? {} : { account }) }
}

/** CryptoNote: xmrig, xmr-stak and their proxies. Web programs have methods of this name too, but not these parameters. */
function login(params: Record<string, unknown>): StratumMessage | undefined {
  const account = text(params['login'])
  const beside = ['pass', 'agent', 'algo', 'rigid'].filter(key => key in params)
  if (account === undefined || account === '' || beside.length < 2) return undefined
  const agent = text(params['agent'])
  return { from: 'client', says: 'login', account, ...(agent === undefined ? {} : { agent }) }
}

function submit(params: Record<string, unknown>): StratumMessage | undefined {
  const id = text(params['job_id'])
  if (id === undefined || !isHex(params['nonce'], 8, 16) || !isHex(params['result'], 64, 64)) return undefined
  return { from: 'client', says: 'submit', job: id }
}

function job(params: Record<string, unknown>): StratumMessage | undefined {
  const id = text(params['job_id'])
  if (id === undefined || !isHex(params['blob'], 100, 4096) || !isHex(params['target'], 8, 64)) return undefined
  return { from: 'pool', says: 'job', job: id }
}

function template(params: Record<string, unknown>): StratumMessage | undefined {
  const account = text(params['wallet_address'])
  return account === undefined || !('reserve_size' in params)
    ? undefined
    : { from: 'client', says: 'getblocktemplate', account }
}

function ofAnswer(result: unknown): StratumMessage | undefined {
  const inner = record(record(result)['job'])
  const found = job(inner)
  if (found !== undefined) return found
  if (isHex(record(result)['blocktemplate_blob'], 100, 1 << 20)) return { from: 'pool', says: 'block template' }
  if (!Array.isArray(result)) return undefined
  if (result.length >= 3 && result.slice(0, 3).every(one => isHash(one))) return { from: 'pool', says: 'work' }
  const [subscriptions, nonce] = result
  const words = JSON.stringify(Array.isArray(subscriptions) ? subscriptions : [])
  if (/"mining\.(?:notify|set_difficulty)"/.test(words) && isHex(nonce, 2, 32))
    return { from: 'pool', says: 'mining.subscribe answered' }
  return undefined
}

interface ListMethod {
  readonly from: StratumMessage['from']
  readonly fits: (params: readonly unknown[]) => boolean
  /** The first parameter says for whom. */
  readonly account?: true
}

const strings = (least: number) => (params: readonly unknown[]) =>
  params.length >= least && params.slice(0, least).every(one => typeof one === 'string')
const any = () => true

/** Bitcoin's Stratum and the dialects of Ethereum's relatives. */
const listMethods: Readonly<Record<string, ListMethod>> = {
  'mining.subscribe': { from: 'client', fits: any },
  'mining.authorize': { from: 'client', fits: strings(1), account: true },
  'mining.submit': { from: 'client', fits: strings(3) },
  'mining.configure': { from: 'client', fits: any },
  'mining.extranonce.subscribe': { from: 'client', fits: any },
  'mining.suggest_difficulty': { from: 'client', fits: any },
  'mining.suggest_target': { from: 'client', fits: any },
  'mining.notify': { from: 'pool', fits: params => params.length >= 3 && typeof params[0] === 'string' },
  'mining.set_difficulty': { from: 'pool', fits: params => typeof params[0] === 'number' },
  'mining.set_target': { from: 'pool', fits: strings(1) },
  'mining.set_extranonce': { from: 'pool', fits: strings(1) },
  'client.reconnect': { from: 'pool', fits: any },
  eth_submitLogin: { from: 'client', fits: strings(1), account: true },
  eth_submitWork: { from: 'client', fits: params => params.length >= 3 && params.slice(1, 3).every(isHash) },
  eth_submitHashrate: { from: 'client', fits: strings(1) },
}

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

function text(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value.length <= 512 ? value : undefined
}

function isHex(value: unknown, least: number, most: number): boolean {
  return typeof value === 'string' && value.length >= least && value.length <= most && /^[0-9a-fA-F]+$/.test(value)
}

function isHash(value: unknown): boolean {
  return typeof value === 'string' && /^0x[0-9a-fA-F]{64}$/.test(value)
}
