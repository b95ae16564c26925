import { join } from 'node:path'
import type { Detection, WatchState } from '../model/index.ts'
import type { AgentConfig, CenterPolicy, Report } from '../model/wire/index.ts'
import type { AgentOptions } from './agent-options.ts'
import { mostReportBytes, readPolicy } from './connection/center-frames.ts'
import { Connection } from './connection/connection.ts'
import type { Farewell, Hello } from './connection/dialogue.ts'
import { oneLine } from './connection/https.ts'
import { Duties } from './duties.ts'
import { hostData } from './host-data.ts'
import { publicIdentity, readIdentity, type StoredIdentity, writeIdentity } from './identity.ts'
import { agentFolders, codeOf, messageOf, readJson, replaceJson } from './own-files.ts'
import { OwnRecord } from './own-record.ts'
import { fetchPacks } from './packs.ts'
import { policyInForce } from './policy.ts'
import type { LogFields } from './log.ts'
import { MetricsDoor } from './metrics-door.ts'
import { metricsText, metricsType } from './metrics.ts'
import type { AgentFolders, LookResult, Worker, WorkerSurroundings } from './ports.ts'
import { renewalDue, renewed } from './renewal.ts'
import { Spool } from './spool.ts'
import { type AgentStatus, statusOf, statusPath, writeStatus } from './status.ts'

/** Another agent works on the same state folder. */
export class AgentBusy extends Error {
  override readonly name = 'AgentBusy'
}

const renewalRetryMs = 30 * 60_000
/** Whoever looks wants to see what is now. */
const statusMs = 10_000

/**
 * The agent of a host: keeps the connection and the spool, and does one job at a time through its worker. Everything that it must
 * not forget lies in files, so it may be killed at any moment.
 */
export class Agent {
  readonly #options: AgentOptions
  readonly #folders: AgentFolders
  readonly #spool: Spool
  readonly #worker: Worker
  readonly #duties: Duties
  readonly #ending = new AbortController()
  readonly #toldPeople = new Set<string>()
  #watching: ReturnType<NonNullable<AgentOptions['makeWatching']>> | undefined
  readonly #record: OwnRecord
  readonly #metrics: MetricsDoor
  readonly #startedAt = new Date().toISOString()
  #config: AgentConfig
  #wished: CenterPolicy | undefined
  #identity: StoredIdentity | undefined
  #connection: Connection | undefined
  #timer: NodeJS.Timeout | undefined
  #statusAt = 0
  /** What the last `hello` said that it can do. */
  #announced: readonly string[] = []
  #taking: Promise<void> = Promise.resolve()
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
      metrics: () => metricsText(this.#status(true)),
      contentType: metricsType,
      log: line => this.#log(line),
    })
    this.#identity = this.#ownIdentity()
    this.#spool = openSpool(this.#folders, config, this.#identity?.agent ?? 'nobody')
    this.#wished = readPolicy(readJson(this.#policyPath())?.['policy'])
    this.#worker = options.makeWorker(this.#surroundings())
    this.#duties = this.#makeDuties()
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
    this.#tell('stopping', reason)
    this.#duties.stop()
    this.#ending.abort()
    // A guard in its place would go on to keep programs from starting.
    await this.#watching?.close()
    await this.#worker.stop()
    await Promise.race([this.#duties.idle(), after(20_000)])
    await this.#connection?.stop(reason)
    this.#writeStatus(false)
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
      this.#report({ kind: 'tampering', what: 'signalled', detail: this.#worker.signalWords(signal) })
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
      if (this.#capabilities().join() !== this.#announced.join()) this.#connection?.renew()
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
    this.#tell('ready', this.#words())
    this.#timer = setInterval(() => this.#tick(), this.#options.tickMs ?? 15_000)
    this.#tick()
  }

  #watch(): void {
    this.#watching = this.#options.makeWatching?.({
      folders: this.#folders,
      config: () => this.#config,
      policy: () => policyInForce(this.#config, this.#wished).policy,
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
    this.#report({ kind: 'detection', detection })
    this.#duties.lookSoon(Date.now())
    const { id, verdict, title, because } = detection
    if (this.#config.center !== undefined || verdict !== 'confirmed' || this.#toldPeople.has(id)) return
    this.#toldPeople.add(id)
    const incidents = [{ id, verdict, title, lines: because }]
    void this.#options.teller?.tell(hostData().hostname, { verdict, incidents })
  }

  #connect(): void {
    const identity = this.#identity
    if (identity === undefined) return
    this.#connection = new Connection({
      ...this.#options.connection,
      identity: () => this.#identity ?? identity,
      hello: () => this.#hello(),
      spool: this.#spool,
      changed: () => this.#show(),
      listener: {
        welcomed: welcome => {
          this.#log(`connected to ${identity.center} (acknowledged: ${welcome.acknowledged})`, { event: 'connected' })
          this.#options.trial?.connected()
        },
        order: order => this.#take(order),
        policy: policy => this.#takePolicy(policy),
        rules: packs => {
          void fetchPacks(this.#folders.packs, packs, this.#identity ?? identity)
            .then(() => this.#settleWatching())
            .catch((error: unknown) => this.#log(oneLine(messageOf(error))))
        },
        log: line => this.#log(line),
      },
    })
    this.#connection.start()
  }

  #tick(): void {
    if (this.#leaving !== undefined) return
    const now = Date.now()
    this.#tell('alive', this.#words())
    if (now - this.#statusAt >= statusMs) this.#writeStatus(true)
    this.#duties.tick(now)
  }

  /** One after the other, as they came: the sequence of orders must not be mixed up. */
  #take(order: unknown): void {
    this.#taking = this.#taking.then(async () => {
      if (this.#leaving !== undefined) return
      try {
        const taken = await this.#worker.take(order)
        if (taken !== undefined) this.#duties.queueOrder(taken)
      } catch (error) {
        // It was not written down, so the center sends it again with the next connection.
        this.#log(`an order could not be judged: ${oneLine(messageOf(error))}`)
      }
    })
  }

  async #looked(result: LookResult): Promise<void> {
    if (this.#config.center === undefined && result.verdict !== 'clean')
      await this.#options.teller?.tell(hostData().hostname, result)
  }

  #reportHealth(): void {
    const { policy, tightened } = policyInForce(this.#config, this.#wished)
    const nextScan = this.#duties.nextScan()?.toISOString()
    const health = {
      ...this.#worker.cost(),
      spool: this.#spool.state(),
      losses: this.#losses(),
      policy: { version: policy.version, tightened: [...tightened] },
      ...(nextScan === undefined ? {} : { nextScan }),
      ...this.#watchState(),
    }
    this.#report({ kind: 'health', health })
  }

  async #renewIfDue(): Promise<void> {
    const identity = this.#identity
    if (identity === undefined || !renewalDue(identity, Date.now())) return
    try {
      this.#identity = await renewed(identity)
      writeIdentity(this.#folders, this.#identity)
      await this.#worker.rememberOwnFiles()
      this.#log('the certificate was renewed')
      this.#connection?.renew()
    } catch (error) {
      this.#duties.renewAt(Date.now() + renewalRetryMs * (0.5 + Math.random()))
      throw error
    }
  }

  #takePolicy(policy: CenterPolicy): void {
    this.#wished = policy
    replaceJson(this.#policyPath(), { policy })
    this.#duties.settle()
    this.#settleWatching()
    const { tightened } = policyInForce(this.#config, policy)
    this.#show()
    this.#log(`policy ${policy.version} of the center${tightened.length > 0 ? `; here: ${tightened.join('; ')}` : ''}`)
  }

  #policyPath(): string {
    return join(this.#folders.own, 'policy.json')
  }

  #rhythm() {
    return {
      policy: policyInForce(this.#config, this.#wished).policy,
      notBetween: this.#config.scan.notBetween,
      canFull: this.#worker.capabilities.includes('scan:full'),
    }
  }

  /** Both must name the same center: what root wrote in `agent.yml`, and whom this host joined. */
  #ownIdentity(): StoredIdentity | undefined {
    const identity = readIdentity(this.#folders)
    const { center } = this.#config
    if (center === undefined) {
      this.#wished = undefined
      if (identity !== undefined) this.#log('agent.yml names no center, so this agent works alone')
      return undefined
    }
    if (identity === undefined) this.#log(`this host has not joined ${center} yet: davylamp agent join …`)
    else if (new URL(center).origin === identity.center) return identity
    else
      this.#log(`agent.yml names ${center}, but this host joined ${identity.center}. Join again, or correct agent.yml`)
    return undefined
  }

  /** `upgrade:allowed`: the owner of the host lets the center replace the program, and it can be done. */
  #capabilities(): readonly string[] {
    const { upgrade, orders } = this.#config
    const allowed = upgrade && orders.accept.includes('upgrade') && this.#options.replaceable?.() === true
    return [...this.#worker.capabilities, ...(allowed ? ['upgrade:allowed'] : [])]
  }

  #hello(): Hello {
    this.#announced = this.#capabilities()
    return {
      type: 'hello',
      protocol: 1,
      program: this.#options.program.slice(0, 40),
      capabilities: [...this.#announced],
      ...hostData(),
      startedAt: this.#startedAt,
      clock: new Date().toISOString(),
      spool: this.#spool.id,
      policyVersion: this.#wished?.version ?? 0,
      orderSequence: this.#worker.orderSequence(),
    }
  }

  /** Into the spool, if there is anybody to tell. What cannot be kept is counted and said: nothing that the agent does on the host waits for a disk that is full. */
  #report(report: Report): number {
    this.#record.notice(report)
    if (this.#identity === undefined) return 0
    try {
      const sequence = this.#spool.append(report)
      this.#connection?.pump()
      return sequence
    } catch (error) {
      this.#spool.countLoss(`not-kept:${report.kind}`)
      this.#log(`a report (${report.kind}) could not be kept: ${oneLine(messageOf(error))}`)
      return 0
    }
  }

  #makeDuties(): Duties {
    return new Duties({
      folders: this.#folders,
      worker: this.#worker,
      random: this.#options.random,
      rhythm: () => this.#rhythm(),
      looked: result => this.#looked(result),
      reportHealth: () => this.#reportHealth(),
      renewIfDue: () => this.#renewIfDue(),
      wantedWhole: () => (this.#identity === undefined ? [] : this.#spool.wantedWhole()),
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
      policy: () => policyInForce(this.#config, this.#wished).policy,
      identity: () => (this.#identity === undefined ? undefined : publicIdentity(this.#identity)),
      report: report => this.#report(report),
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

  #words(): string {
    const { doing } = this.#duties
    const at = this.#connection?.state
    const line =
      at === undefined ? 'works alone' : at.state === 'connected' ? `connected (${at.way})` : 'center not reached'
    return doing === undefined ? line : `${line}; ${doing}`
  }

  /** What it does is something else now: for whoever looks. */
  #show(): void {
    if (this.#leaving !== undefined) return
    this.#tell('alive', this.#words())
    this.#writeStatus(true)
  }

  #tell(state: 'ready' | 'alive' | 'stopping', words: string): void {
    this.#options.tellService?.(state, words)
  }

  #writeStatus(running: boolean): void {
    this.#statusAt = Date.now()
    try {
      writeStatus(this.#folders, this.#status(running))
    } catch (error) {
      this.#log(`the status could not be written: ${messageOf(error)}`)
    }
  }

  #status(running: boolean): AgentStatus {
    const { policy, tightened } = policyInForce(this.#config, this.#wished)
    return statusOf({
      program: this.#options.program,
      startedAt: this.#startedAt,
      running,
      identity: this.#identity,
      connection: this.#connection?.state,
      doing: this.#duties.doing,
      nextScan: this.#duties.nextScan(),
      spool: this.#spool.state(),
      losses: this.#losses(),
      policy: { version: policy.version, tightened },
      ...this.#watchState(),
      rules: this.#watching?.rules(),
      own: this.#record.state(),
    })
  }

  #watchState(): { readonly watch?: WatchState } {
    const watch = this.#watching?.state()
    return watch === undefined ? {} : { watch }
  }

  #losses(): Readonly<Record<string, number>> {
    const lost = this.#watching?.lost ?? 0
    return lost === 0 ? this.#spool.losses : { ...this.#spool.losses, 'not-kept:detections': lost }
  }

  #log(line: string, fields?: LogFields): void {
    this.#options.log(line, fields)
  }
}

/** The spool's lock is the agent's: SQLite gives it to one process, and the kernel takes it back when that ends. */
function openSpool(folders: AgentFolders, config: AgentConfig, owner: string): Spool {
  try {
    return new Spool({
      path: join(folders.own, 'spool.db'),
      mostBytes: config.spool.mostMegabytes * 1_048_576,
      mostReportBytes,
      owner,
    })
  } catch (error) {
    if (codeOf(error) === 'ERR_SQLITE_ERROR' && Reflect.get(error as Error, 'errcode') === 5)
      throw new AgentBusy(`another agent works on ${folders.state}. See: davylamp agent status`)
    throw error
  }
}

function after(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms).unref())
}
