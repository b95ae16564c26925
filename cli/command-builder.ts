import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { CommandError } from './command-error.ts'
import { type Context, contextFor, type GlobalOptions } from './context.ts'
import { parseDuration } from './duration.ts'
import { type ExitCode, exitCodeHelp } from './exit-codes.ts'
import { calledAs } from './program-name.ts'

/** Where a command leaves its exit status. */
export interface Outcome {
  exitCode: ExitCode
}

/** What a command does. It gets its own and the global options, and its words. */
export type Work<Options> = (options: Options, context: Context, ...words: string[]) => Promise<ExitCode>

/** How a command is declared, apart from what it does. */
export interface Declared<Options> {
  /** Name and words, as commander writes them: `undo [run]`. */
  readonly usage: string
  readonly description: string
  readonly options?: (command: Command) => Command
  /** Example calls for the help, without the program's name. */
  readonly examples: readonly string[]
  /** Loaded only when the command is called, so that others start fast. */
  readonly load: () => Promise<Work<Options>>
}

export function addCommand<Options extends object>(
  parent: Command,
  outcome: Outcome,
  declared: Declared<Options>,
): void {
  const command = parent.command(declared.usage).description(declared.description)
  declared.options?.(command)
  examples.set(command, declared.examples)
  command.addHelpText('after', `\nExamples:\n${examplesText(declared.examples)}\n\n${exitCodeHelp}`)
  command.action(async (...given: unknown[]) => {
    const options = command.optsWithGlobals<Options & GlobalOptions>()
    // Commander hands over words, then options, then the command.
    const words = given
      .slice(0, -2)
      .flat()
      .filter(word => typeof word === 'string')
    const work = await loaded(declared.load)
    outcome.exitCode = await work(options, contextFor(options), ...words)
  })
}

/** The package for hosts leaves the center out (tools/make-package.ts). */
async function loaded<Options>(load: Declared<Options>['load']): Promise<Work<Options>> {
  try {
    return await load()
  } catch (error) {
    const missing = error instanceof Error && Reflect.get(error, 'code') === 'ERR_MODULE_NOT_FOUND'
    if (!missing || existsSync(join(import.meta.dirname, '..', 'center'))) throw error
    throw new CommandError('this package is for hosts and has no center in it: take the package davylamp-center')
  }
}

const examples = new WeakMap<Command, readonly string[]>()

/** Example calls of a command, without the program's name. */
export function examplesOf(command: Command): readonly string[] {
  return examples.get(command) ?? []
}

export function examplesText(examples: readonly string[]): string {
  return examples.map(one => `  ${calledAs} ${one}`).join('\n')
}

/** For options between our own processes: no help shows them. */
export function hidden(flags: string, description: string): Option {
  return new Option(flags, description).hideHelp()
}

/** For options that take a duration. */
export function duration(text: string): number {
  const seconds = parseDuration(text)
  if (seconds === undefined) throw new InvalidArgumentError('Write a duration such as 60s, 5m, 24h or 8d.')
  return seconds
}

/** For options that may be given several times. */
export function several(text: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), text]
}

/** For options that take a number from 1. */
export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Write a whole number from 1.')
  return Number(text)
}

/** For options that take a share of one core: `20%`, `20`, `150%`. */
export function percent(text: string): number {
  const [, number = ''] = /^(\d{1,4}(?:\.\d{1,2})?)%?$/.exec(text) ?? []
  if (number === '' || Number(number) < 1) throw new InvalidArgumentError('Write a share of one core such as 20%.')
  return Number(number)
}

/** For `--memory`. */
export function memoryChoice(text: string): 'suspects' | 'all' {
  if (text !== 'suspects' && text !== 'all') throw new InvalidArgumentError('Write suspects or all.')
  return text
}
