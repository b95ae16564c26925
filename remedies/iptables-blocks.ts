import { realpathSync } from 'node:fs'
import { isIP } from 'node:net'
import { iptables } from '../native/write/iptables.ts'
import { type Blocked, blockingTime, type Firewall, NoFirewall, plainAddress } from './firewall.ts'

export interface IptablesOptions {
  /** Whether a package owns the file and it is as installed. */
  readonly owned: (path: string) => boolean
  /** Names of the tool in the order in which they are tried. */
  readonly names?: readonly string[]
}

type Version = 4 | 6

/** A rule of ours in our chain. */
interface Entry {
  readonly address: string
  readonly side: '-s' | '-d'
  readonly until: string
}

const chain = 'DAVYLAMP'
const hooks = ['INPUT', 'OUTPUT', 'FORWARD']
const usualNames = ['iptables', 'iptables-legacy', 'iptables-nft']

/**
 * Blocks addresses by a chain of our own that the host's iptables(8) puts before everything else in INPUT, OUTPUT and FORWARD.
 * The kernel forgets nothing by itself here: a rule's comment says until when, and each later call takes away what is over.
 */
export function iptablesBlocks({ owned, names = usualNames }: IptablesOptions): Firewall {
  const tools = new Map<Version, Iptables | string>()
  const toolFor = (version: Version) => {
    const tool = tools.get(version) ?? findTool(version, names, owned)
    tools.set(version, tool)
    return tool
  }
  const usable = () => [4, 6].flatMap(version => usableOf(toolFor(version as Version)))
  const neededFor = (address: string): Iptables => {
    const tool = toolFor(isIP(address) === 6 ? 6 : 4)
    if (typeof tool === 'string') throw new NoFirewall(tool)
    return tool
  }
  return {
    way: 'iptables',
    blocked() {
      const four = toolFor(4)
      if (typeof four === 'string' && usable().length === 0) throw new NoFirewall(four)
      return usable().flatMap(tool => {
        dropExpired(tool)
        return blockedIn(tool.rules())
      })
    },
    block(address, seconds) {
      usable().forEach(dropExpired)
      block(neededFor(address), plainAddress(address), seconds)
    },
    unblock(address) {
      const tool = neededFor(address)
      for (const entry of entriesIn(tool.rules()))
        if (entry.address === plainAddress(address)) tool.run(deletion(entry))
      usable().forEach(dropExpired)
    },
    clear() {
      for (const tool of usable()) {
        for (const entry of entriesIn(tool.rules())) tool.run(deletion(entry))
        dropExpired(tool)
      }
    },
  }
}

/** The tool of one version, found and checked. */
class Iptables {
  readonly #file: string
  readonly #version: Version

  constructor(file: string, version: Version) {
    this.#file = file
    this.#version = version
  }

  /** All rules of the filter table, as arguments in one line each. */
  rules(): string[] {
    return this.run(['-S'])
      .split('\n')
      .map(line => line.trim())
  }

  run(args: readonly string[]): string {
    const reply = iptables(this.#file, this.#version, args)
    if ('error' in reply) throw new Error(`iptables refused: ${reply.error}`)
    return reply.output
  }
}

const folders = ['/usr/sbin', '/sbin', '/usr/bin', '/bin']

/** The first that is there, as its package installed it, and that the kernel understands; else why there is none. */
function findTool(version: Version, names: readonly string[], owned: (path: string) => boolean): Iptables | string {
  const problems: string[] = []
  const tried = new Set<string>()
  for (const name of names.map(one => (version === 6 ? one.replace('ip', 'ip6') : one)))
    for (const folder of folders) {
      const file = real(`${folder}/${name}`)
      if (file === undefined || tried.has(file)) continue
      tried.add(file)
      if (!owned(file)) {
        problems.push(`nobody can say whether ${file} is as its package installed it, so it is not run`)
        continue
      }
      const reply = iptables(file, version, ['-S'])
      if ('output' in reply) return new Iptables(file, version)
      problems.push(`${file} cannot be used: ${reply.error}`)
    }
  const why = problems[0] ?? `there is no ${version === 6 ? 'ip6tables' : 'iptables'} either`
  return `nftables cannot be used here, and ${why}: block the address in your own firewall`
}

function real(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}

function usableOf(tool: Iptables | string): Iptables[] {
  return typeof tool === 'string' ? [] : [tool]
}

/** An address counts when both directions are dropped and all three hooks lead to the rules. */
function blockedIn(rules: readonly string[]): Blocked[] {
  if (!hooks.every(hook => rules.includes(jump(hook)))) return []
  const entries = entriesIn(rules)
  return entries
    .filter(({ side, address }) => side === '-s' && entries.some(one => one.side === '-d' && one.address === address))
    .map(({ address, until }) => ({
      address,
      seconds: Math.max(0, Math.floor((Date.parse(until) - Date.now()) / 1000)),
    }))
}

function block(tool: Iptables, address: string, seconds: number): void {
  const rules = tool.rules()
  const earlier = entriesIn(rules).filter(one => one.address === address)
  // Whole seconds, and never shorter than asked.
  const ends = Math.ceil(Date.now() / 1000 + blockingTime(seconds)) * 1000
  const until = new Date(ends).toISOString().replace(/\.\d+Z$/, 'Z')
  if (!rules.includes(`-N ${chain}`)) tool.run(['-N', chain])
  for (const side of ['-s', '-d'] as const) tool.run(['-A', chain, ...ruleOf({ address, side, until })])
  for (const entry of earlier) tool.run(deletion(entry))
  for (const hook of hooks) {
    // Docker and others put themselves first whenever they start.
    const its = rules.filter(line => line.startsWith(`-A ${hook} `))
    if (its[0] === jump(hook)) continue
    for (const line of its) if (line === jump(hook)) tool.run(['-D', hook, '-j', chain])
    tool.run(['-I', hook, '1', '-j', chain])
  }
}

/** Takes away what is over and, when nothing is left in the chain, the chain with all that leads to it. */
function dropExpired(tool: Iptables): void {
  const rules = tool.rules()
  if (!rules.includes(`-N ${chain}`)) return
  const over = entriesIn(rules).filter(({ until }) => !(Date.parse(until) > Date.now()))
  for (const entry of over) tool.run(deletion(entry))
  if (rules.filter(line => line.startsWith(`-A ${chain} `)).length > over.length) return
  for (const hook of hooks) for (const line of rules) if (line === jump(hook)) tool.run(['-D', hook, '-j', chain])
  tool.run(['-X', chain])
}

const entryPattern = new RegExp(
  `^-A ${chain} (-[sd]) (\\S+?)(?:/(?:32|128))? -m comment --comment "?davylamp until ([0-9T:Z-]{20})"? -j DROP$`,
)

function entriesIn(rules: readonly string[]): Entry[] {
  return rules.flatMap(line => {
    const [, side, address = '', until = ''] = entryPattern.exec(line) ?? []
    return side === '-s' || side === '-d' ? [{ address, side, until }] : []
  })
}

function deletion(entry: Entry): string[] {
  return ['-D', chain, ...ruleOf(entry)]
}

function ruleOf({ address, side, until }: Entry): string[] {
  return [side, address, '-m', 'comment', '--comment', `davylamp until ${until}`, '-j', 'DROP']
}

function jump(hook: string): string {
  return `-A ${hook} -j ${chain}`
}
