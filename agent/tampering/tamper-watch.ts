import { join } from 'node:path'
import { OwnFilesWatch } from './own-files-watch.ts'
import { OwnProcessWatch } from './own-process-watch.ts'
import { serviceFiles, serviceFolders } from './service-files.ts'
import { StandstillWatch } from './standstill-watch.ts'
import type { Tampering } from './tampering.ts'

export interface TamperWatchOptions {
  readonly state: string
  readonly own: string
  /** Folder of the program. */
  readonly program: string
  /** Configuration and service; default those of the host. */
  readonly watchedFiles?: readonly string[]
  readonly told: (tampering: Tampering) => void
  readonly log: (line: string) => void
}

const usualFiles = ['/etc/davylamp/agent.yml', ...serviceFiles]
const glanceMs = 5_000

/** All that somebody could do to the agent and that it can notice. It tells, and resists nothing. */
export class TamperWatch {
  readonly #files: OwnFilesWatch
  readonly #process: OwnProcessWatch
  readonly #standstill = new StandstillWatch(glanceMs / 1_000)
  readonly #told: TamperWatchOptions['told']
  readonly #log: TamperWatchOptions['log']
  readonly #timer: NodeJS.Timeout

  constructor({ state, own, program, watchedFiles, told, log }: TamperWatchOptions) {
    this.#files = new OwnFilesWatch(own, {
      program: [program],
      contents: [join(state, 'rules', 'packs'), ...(watchedFiles === undefined ? serviceFolders : [])],
      files: [
        ...(watchedFiles ?? usualFiles),
        join(own, 'identity.json'),
        join(state, 'allow.json'),
        join(own, 'event-rules.json'),
      ],
      folders: [state, own, join(own, 'packs')],
      kept: [join(own, 'spool.db'), join(own, 'orders.db'), join(state, 'vault', 'key')],
      growing: [join(own, 'detections.jsonl')],
    })
    this.#process = new OwnProcessWatch(program)
    this.#told = told
    this.#log = log
    this.#timer = setInterval(() => this.#glance(), glanceMs)
    this.#timer.unref()
  }

  /** Files and memory, every few minutes. */
  check(): void {
    for (const one of [...this.#files.check(), ...this.#process.check()]) this.#told(one)
  }

  /** After a change of our own. */
  remember(): void {
    this.#files.remember()
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #glance(): void {
    try {
      for (const one of [...this.#standstill.tick(), ...this.#process.glance()]) this.#told(one)
    } catch (error) {
      this.#log(`tampering could not be looked for: ${String(error)}`)
    }
  }
}
