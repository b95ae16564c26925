import { type Command, InvalidArgumentError } from 'commander'
import { duration, several, wholeNumber } from '../command-builder.ts'

/** Heading of these commands in the help. */
export const againstCenter = 'Against a center:'

/** A group of commands; without a further word its list is shown. */
export function groupOfCommands(tree: Command, name: string, description: string, usual?: string): Command {
  const group = tree.command(name).description(description).helpGroup(againstCenter)
  if (usual !== undefined) Reflect.set(group, '_defaultCommandName', usual)
  return group
}

export function listOptions(command: Command): Command {
  return command
    .option('--limit <number>', 'at most so many (default 100)', wholeNumber)
    .option('--all', 'all that there are')
    .option('--after <text>', 'go on where a list ended: its `next` with --json')
}

export function scopeOptions(command: Command): Command {
  return command
    .option('--host <name>', 'a host, by name or id; may be given several times', several)
    .option('--group <name>', 'a group with those below it; may be given several times', several)
    .option('--tag <tag>', 'hosts with that tag; may be given several times', several)
}

export function yesOption(command: Command): Command {
  return command.option('--yes', 'do not ask')
}

export function followOption(command: Command): Command {
  return command.option('--follow', 'tell each step until all is done and proven')
}

export function forOption(command: Command, what: string): Command {
  return command.option('--for <duration>', what, duration)
}

/** For options that take a share of a core or of hosts. */
export function percent(text: string): number {
  const number = /^\d{1,3}$/.test(text) ? Number(text) : 0
  if (number < 1 || number > 100) throw new InvalidArgumentError('Write a number from 1 to 100.')
  return number
}
