import type { Detection } from '../model/index.ts'
import type { AgentConfig } from '../model/wire/index.ts'
import type { AgentOptions } from './agent-options.ts'
import { linkToCenter } from './center-link.ts'
import type { Connection } from './connection/connection.ts'
import type { Farewell } from './connection/dialogue.ts'
import { oneLine } from './connection/https.ts'
import { Duties } from './duties.ts'
import { publicIdentity } from './identity.ts'
import { Membership } from './membership.ts'
import { MetricsDoor } from './metrics-door.ts'
import { metricsText, metricsType } from './metrics.ts'
import { openSpool } from './open-spool.ts'
import { agentFolders, messageOf, replaceJson } from './own-files.ts'
import { Outbox } from './outbox.ts'
import { OwnRecord } from './own-record.ts'
import { People } from './people.ts'
import type { AgentFolders, Worker, WorkerSurroundings } from './ports.ts'
import { SelfReport } from './self-report.ts'
import type { Spool } from './spool.ts'
import { statusPath } from './status.ts'
import { Wishes } from './wishes.ts'

export { AgentBusy } from './open-spool.ts'

const renewalRetryMs = 30 * 60_000

/**
 * The agent of a host: keeps the connection and the spool, and does one job at a time through its worker. Everything that it must
 * not forget lies in files, so it may be killed at any moment.
 */
export class Agent {
  readonly #options: AgentOptions
  readonly #folders: AgentFolders
  readonly #membership: Membership
  readonly #wishes: Wishes
  readonly #spool: Spool
  readonly #worker: Worker
  readonly #duties: Duties
  readonly #self: SelfReport
  readonly #ending = new AbortController()
  readonly #people: People
  readonly #outbox: Outbox
  #watching: ReturnType<NonNullable<AgentOptions['makeWatching']>> | undefined
  readonly #record: OwnRecord
  readonly #metrics: MetricsDoor
  #config: AgentConfig
  #connection: Connection | undefined
  #timer: NodeJS.Timeout | undefined
  #leaving: Farewell | undefined
  #ended: () => void = () => {}
  /** Resolves with the reason when the agent has stopped. */
  readonly ended: Promise<Farewell>

  /** Opens the state folder and begins to work. Throws `AgentBusy`, or what is wrong with the local policy. */
  static async start(options: AgentOptions): Promise<Agent> {
    const config = await options.readConfig()
    const agent = new Agent(options, config)
    await agent.#begin()
    return agent
  }

  private constructor(options: AgentOptions, config: AgentConfig) {
    this.#options = options
    this.#config = config
    this.#folders = agentFolders(options.state, true)
    this.#record = new OwnRecord(this.#folders.own, statusPath(this.#folders), options.log)
    this.#metrics = new MetricsDoor({
      metrics: () => metricsText(this.#self.status(true)),
      contentType: metricsType,
      log: line => this.#log(line),
    })
    const common = {
      options,
      folders: this.#folders,
      startedAt: new Date().toISOString(),
      config: () => this.#config,
      log: (line: string) => this.#options.log(line),
    }
    this.#membership = new Membership(common)
    this.#wishes = new Wishes(this.#folders, common.config)
    this.#spool = openSpool(this.#folders, config, this.#membership.identity?.agent ?? 'nobody')
    this.#people = new People(options.teller, () => this.#config.center !== undefined)
    this.#outbox = new Outbox({
      ...common,
      record: this.#record,
      spool: this.#spool,
      hasCenter: () => this.#membership.identity !== undefined,
      pump: () => this.#connection?.pump(),
    })
    this.#worker = options.makeWorker(this.#surroundings())
    this.#duties = this.#makeDuties()
    this.#self = new SelfReport({
      ...common,
      spool: this.#spool,
      worker: this.#worker,
      duties: this.#duties,
      record: this.#record,
      identity: () => this.#membership.identity,
      connection: () => this.#connection?.state,
      watching: () => this.#watching,
      policy: () => this.#wishes.inForce(),
    })
    this.ended = new Promise(resolve => {
      this.#ended = () => resolve(this.#leaving ?? 'shutdown')
    })
  }

  /** Takes leave and ends; jobs that change the host are left to finish. */
  async stop(reason: Farewell): Promise<void> {
    if (this.#leaving !== undefined) return
    this.#leaving = reason
    clearInterval(this.#timer)
    this.#metrics.close()
    this.#options.tellService?.('stopping', reason)
    this.#duties.stop()
    this.#ending.abort()
    // A guard in its place would go on to keep programs from starting.
    await this.#watching?.close()
    await this.#worker.stop()
    await Promise.race([this.#duties.idle(), after(20_000)])
    await this.#connection?.stop(reason)
    this.#self.write(false)
    this.#spool.close()
    this.#ended()
  }

  /** Where numbers for Prometheus are given; undefined while nowhere. */
  get metricsAddress(): string | undefined {
    return this.#metrics.address
  }

  /** A signal to end came, and not from the service manager. It is obeyed, and told. */
  signalled(signal: string): void {
    if (this.#leaving === undefined)
      this.#outbox.put({ kind: 'tampering', what: 'signalled', detail: this.#worker.signalWords(signal) })
  }

  /** `agent.yml` may have changed. What is wrong with it is said, and the policy of before holds. */
  async reload(): Promise<void> {
    try {
      this.#config = await this.#options.readConfig()
      replaceJson(this.#folders.config, this.#config)
      this.#duties.settle()
      this.#metrics.settle(this.#config.metrics?.listen)
      this.#settleWatching()
      this.#log('agent.yml was read again', { event: 'configuration' })
      if (this.#membership.saysOtherwise(this.#worker)) this.#connection?.renew()
    } catch (error) {
      this.#log(`agent.yml is not taken over: ${messageOf(error)}`, { event: 'configuration', priority: 'error' })
    }
  }

  async #begin(): Promise<void> {
    replaceJson(this.#folders.config, this.#config)
    for (const order of await this.#worker.start()) this.#duties.queueOrder(order)
    this.#options.trial?.begin({
      ended: (order, ended) => this.#worker.upgradeEnded(order, ended),
      leave: () => void this.stop('upgrade'),
      log: line => this.#log(line),
    })
    this.#duties.settle()
    this.#metrics.settle(this.#config.metrics?.listen)
    this.#connect()
    this.#watch()
    this.#self.tell('ready')
    this.#timer = setInterval(() => this.#tick(), this.#options.tickMs ?? 15_000)
    this.#tick()
  }

  #watch(): void {
    this.#watching = this.#options.makeWatching?.({
      folders: this.#folders,
      config: () => this.#config,
      policy: () => this.#wishes.inForce().policy,
      centerAddresses: () => this.#worker.centerAddresses(),
      onDetection: detection => this.#detected(detection),
      onExec: event => this.#worker.noteExec(event),
      ran: run =>
        void this.#worker
          .ran(run, this.#ending.signal)
          .catch((error: unknown) => this.#log(`a run could not be reported: ${oneLine(messageOf(error))}`)),
      log: line => this.#log(oneLine(line)),
    })
  }

  #settleWatching(): void {
    void this.#watching?.settle().catch((error: unknown) => this.#log(`sensors: ${oneLine(messageOf(error))}`))
  }

  #detected(detection: Detection): void {
    if (this.#leaving !== undefined) return
    this.#outbox.put({ kind: 'detection', detection })
    this.#duties.lookSoon(Date.now())
    this.#people.detected(detection)
  }

  #connect(): void {
    this.#connection = linkToCenter({
      options: this.#options,
      folders: this.#folders,
      membership: this.#membership,
      wishes: this.#wishes,
      spool: this.#spool,
      worker: this.#worker,
      duties: this.#duties,
      leaving: () => this.#leaving !== undefined,
      changed: () => this.#show(),
      settle: () => this.#settleWatching(),
    })
    this.#connection?.start()
  }

  #tick(): void {
    if (this.#leaving !== undefined) return
    const now = Date.now()
    this.#self.tell('alive')
    this.#self.writeIfOld()
    this.#duties.tick(now)
  }

  async #renewIfDue(): Promise<void> {
    try {
      if (!(await this.#membership.renewIfDue())) return
      await this.#worker.rememberOwnFiles()
      this.#log('the certificate was renewed')
      this.#connection?.renew()
    } catch (error) {
      this.#duties.renewAt(Date.now() + renewalRetryMs * (0.5 + Math.random()))
      throw error
    }
  }

  #rhythm() {
    return {
      policy: this.#wishes.inForce().policy,
      notBetween: this.#config.scan.notBetween,
      canFull: this.#worker.capabilities.includes('scan:full'),
    }
  }

  #makeDuties(): Duties {
    return new Duties({
      folders: this.#folders,
      worker: this.#worker,
      random: this.#options.random,
      rhythm: () => this.#rhythm(),
      looked: result => this.#people.looked(result),
      reportHealth: () => this.#outbox.put({ kind: 'health', health: this.#self.health() }),
      renewIfDue: () => this.#renewIfDue(),
      wantedWhole: () => (this.#membership.identity === undefined ? [] : this.#spool.wantedWhole()),
      sentWhole: kind => this.#spool.sentWhole(kind),
      changed: () => this.#show(),
      log: line => this.#log(line),
    })
  }

  #surroundings(): WorkerSurroundings {
    return {
      folders: this.#folders,
      launcher: this.#options.launcher,
      config: () => this.#config,
      policy: () => this.#wishes.inForce().policy,
      identity: () => {
        const { identity } = this.#membership
        return identity === undefined ? undefined : publicIdentity(identity)
      },
      report: report => this.#outbox.put(report),
      progress: progress => this.#connection?.progress(progress),
      upgrade: async order => {
        await this.#options.upgrade(order)
        setImmediate(() => void this.stop('upgrade'))
      },
      patienceMs: this.#options.patienceMs ?? 0,
      pendingUpgrade: () => this.#options.trial?.order,
      log: (line, fields) => this.#log(line, fields),
    }
  }

  /** What it does is something else now: for whoever looks. */
  #show(): void {
    if (this.#leaving !== undefined) return
    this.#self.tell('alive')
    this.#self.write(true)
  }

  #log(...said: Parameters<AgentOptions['log']>): void {
    this.#options.log(...said)
  }
}

function after(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms).unref())
}
