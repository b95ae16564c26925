import { createInterface } from 'node:readline/promises'
import { canAsk } from '../ask.ts'
import { CommandError } from '../command-error.ts'

/** A line that is shown while it is typed. */
export async function askLine(question: string): Promise<string> {
  if (!canAsk()) throw new CommandError(`there is no terminal to ask for: ${question}`)
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return (await terminal.question(`${question}: `)).trim()
  } catch {
    // Ctrl-C, or the end of input.
    throw new CommandError('nothing was done')
  } finally {
    terminal.close()
  }
}

/** A line that nobody sees. Ctrl-C and the end of input end the command. */
export async function askSecret(question: string): Promise<string> {
  if (!canAsk()) throw new CommandError(`there is no terminal to ask for: ${question}`)
  process.stderr.write(`${question}: `)
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const { stdin } = process
  let typed = ''
  const onData = (bytes: Buffer) => {
    for (const letter of bytes.toString('utf8')) {
      if (letter === '\r' || letter === '\n') return resolve(typed)
      if (letter === '\u0003' || letter === '\u0004') return reject(new CommandError('nothing was done'))
      typed = letter === '\u007f' || letter === '\b' ? [...typed].slice(0, -1).join('') : typed + letter
    }
  }
  stdin.setRawMode(true)
  stdin.on('data', onData)
  stdin.resume()
  try {
    return await promise
  } finally {
    stdin.off('data', onData)
    stdin.setRawMode(false)
    stdin.pause()
    process.stderr.write('\n')
  }
}

/** Lines of standard input, for secrets that a script hands over; what ends the last one begins none. */
export async function inputLines(): Promise<string[]> {
  let text = ''
  for await (const part of process.stdin.setEncoding('utf8')) {
    text += String(part)
    if (text.length > 1_000_000) throw new CommandError('standard input is far too long')
  }
  return text
    .replace(/\r?\n$/, '')
    .split('\n')
    .map(line => line.replace(/\r$/, ''))
}
