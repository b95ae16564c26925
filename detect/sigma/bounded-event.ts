import type { ExecEvent } from '../../model/index.ts'

// A program can be given two million characters, and each of a hundred patterns would go through them: whoever starts a few such programs
// a second could keep the one who judges busy. What lies in the middle of a command line of more than 2,000 characters is not seen.
const longestHead = 1500
const longestTail = 500
const mostArguments = 64
const longestOfAncestor = 500

/** The event with texts as long as rules look at them. */
export function boundedExec(event: ExecEvent): ExecEvent {
  const { command, argv, ancestors } = event
  const short = command.length <= longestHead + longestTail && argv.length <= mostArguments
  if (short && ancestors.every(one => (one.command?.length ?? 0) <= longestOfAncestor)) return event
  return {
    ...event,
    command: ends(command, longestHead, longestTail),
    argv: boundedList(argv),
    ancestors: ancestors.map(one =>
      one.command === undefined ? one : { ...one, command: one.command.slice(0, longestOfAncestor) },
    ),
  }
}

function boundedList(argv: readonly string[]): string[] {
  const kept =
    argv.length <= mostArguments ? argv : [...argv.slice(0, mostArguments / 2), ...argv.slice(-mostArguments / 2)]
  let left = longestHead + longestTail
  return kept.map(one => {
    const text = one.slice(0, left)
    left -= text.length
    return text
  })
}

function ends(text: string, head: number, tail: number): string {
  return text.length <= head + tail ? text : `${text.slice(0, head)} … ${text.slice(-tail)}`
}
