import type { LookResult, Worker, WorkerSurroundings } from '../ports.ts'

/** A worker that looks at nothing: it writes down what it was asked, for tests of the process around it. */
export interface FakeWorker extends Worker {
  readonly asked: string[]
  readonly surroundings: WorkerSurroundings
  result: LookResult
  carryOut: Worker['carryOut']
}

export interface Prepared {
  /** Orders that were not finished before. */
  readonly start?: readonly string[]
  readonly result?: LookResult
}

export function fakeWorker(
  surroundings: WorkerSurroundings,
  { start = [], result = { verdict: 'clean', incidents: [] } }: Prepared = {},
): FakeWorker {
  const asked: string[] = []
  const note = async (what: string) => void asked.push(what)
  return {
    asked,
    surroundings,
    result,
    capabilities: ['scan', 'scan:quick'],
    async start() {
      return start
    },
    async look(mode) {
      asked.push(`look ${mode}`)
      surroundings.report({ kind: 'tampering', what: 'test', detail: 'looked' })
      return this.result
    },
    inventory: whole => note(`inventory ${whole ? 'whole' : 'changes'}`),
    kept: () => note('kept'),
    ran: run => note(`ran ${run}`),
    centerAddresses: async () => [],
    nextLaterLook: () => undefined,
    laterLooks: () => note('later looks'),
    async take(order) {
      asked.push(`take ${JSON.stringify(order)}`)
      return String((order as { id?: unknown }).id)
    },
    takesLong: order => order.startsWith('long'),
    carryOut: order => note(`carry out ${order}`),
    upgradeEnded: (order, ended) => void asked.push(`upgrade ${order} ${JSON.stringify(ended)}`),
    orderSequence: () => 3,
    cost: () => ({ periodSeconds: 1, cpuSeconds: 0, residentBytes: 1, anonymousBytes: 1, childrenCpuSeconds: 0 }),
    checkTampering: () => note('tampering'),
    noteExec: event => void asked.push(`exec ${event.command}`),
    signalWords: signal => signal,
    rememberOwnFiles: () => note('remember'),
    stop: () => note('stop'),
  }
}
