import { parseArgs } from 'node:util'
import { decoys, type Infection, infections } from '../../hosts/index.ts'
import { openHost } from './infected-host.ts'
import { rangeImpossible } from './machine.ts'
import { checkout, type Range } from './range.ts'

const usage = `Puts you in front of a throw-away infected server. Nothing on it is real malware, and nothing of it stays.
It needs root, and the first time the network: a Debian root is built once and kept in /var/cache/davylamp.

  npm run range -- [--family NAME]... [--no-decoys] [--list]

  --family NAME  what the server is infected with; all for everything (default kinsing)
  --no-decoys    leave out the legitimate things that look like a miner's
  --list         print the names and leave

  npm run range                                        kinsing, hidden by a preloaded library
  npm run range -- --family xorddos --family outlaw    two intruders on one server

Inside, davylamp is this checkout, and exit throws the server away.
`
const hour = 3_600_000

process.exitCode = await main()

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      family: { type: 'string', multiple: true, default: ['kinsing'] },
      'no-decoys': { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return say(usage, 0)
  if (values.list) return say(infections.map(({ family, title }) => `${family.padEnd(12)} ${title}\n`).join(''), 0)
  const chosen = infections.filter(({ family }) => values.family.includes('all') || values.family.includes(family))
  const unknown = values.family.filter(name => name !== 'all' && !infections.some(({ family }) => family === name))
  if (unknown.length > 0) return say(`no infection is called ${unknown.join(', ')}; --list prints the names\n`, 64)
  const impossible = rangeImpossible()
  if (impossible !== undefined) return say(`${impossible}\n`, 77)
  return visit(chosen, !values['no-decoys'])
}

async function visit(chosen: readonly Infection[], withDecoys: boolean): Promise<number> {
  say('Starting a server and infecting it (the first time this takes about a minute) …\n', 0)
  const range = await openHost({ infections: chosen, decoys: withDecoys, lifetimeMs: hour })
  // The terminal sends Ctrl-C to everybody; here it is meant for the shell inside.
  process.removeAllListeners('SIGINT')
  process.on('SIGINT', () => undefined)
  try {
    if (withDecoys) await allowOwnMiner(range)
    say(introduction(chosen, withDecoys), 0)
    const shell = ['/bin/bash', '--noprofile', '--rcfile', `${checkout}/test/range/shell-start.sh`, '-i']
    await range.interact(shell, { TERM: process.env['TERM'] ?? 'dumb' })
  } finally {
    await range.close()
  }
  return say('The server and everything on it is gone.\n', 0)
}

/** What the administrator of such a server would have done long before: the miner of the house is known. */
async function allowOwnMiner(range: Range): Promise<void> {
  for (const { path, reason } of decoys.allowed)
    await range.davylamp(['allow', 'add', '--path', path, '--reason', reason, '--author', 'anna', '--expires', 'never'])
}

function introduction(chosen: readonly Infection[], withDecoys: boolean): string {
  const told = chosen.map(({ title, story }) => `  ${title}\n${story.map(sentence => `    - ${sentence}\n`).join('')}`)
  const beside = withDecoys
    ? '\nBeside that it has what an honest server has: backups, an agent, a compiler at work,\nand a miner that its owner has allowed. None of that may be touched.\n'
    : ''
  return `
You are root on a server that somebody has broken into:

${told.join('\n')}${beside}
Everything is an inert look-alike and ends by itself within an hour. There is no network. Try, in this order:

  ps ax; crontab -l          what the intruder lets you see
  davylamp scan              what is here, and why. Changes nothing
  davylamp explain ID        all the evidence; the ID stands in the scan
  davylamp clean             the plan; it asks before it does anything, then watches for a minute
  davylamp quarantine list   what it took, and kept
  davylamp undo              take the clean-up back, to the last byte

Leave with exit; the server is then thrown away.

`
}

function say(text: string, status: number): number {
  process.stdout.write(text)
  return status
}
