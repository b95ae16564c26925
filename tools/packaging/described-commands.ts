import type { Command } from 'commander'
import { commandTree } from '../../cli/program.ts'

/** All commands, as the program itself declares them. */
export async function commandsOfProgram(): Promise<Command> {
  return commandTree({ exitCode: 0 }, [])
}

/** Those that help shows, without the help itself. */
export function shownCommands(command: Command): readonly Command[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .filter(one => one.name() !== 'help')
}
