import type { FactKind, IdentifiedFact } from '../model/index.ts'
import { imitated } from './imitates.ts'
import { known, knownFields } from './known.ts'
import { isOwned, type Known, liesOddly, type World } from './world.ts'

/** One fact as a rule sees it, together with at most one linked fact of each role. */
export interface View {
  readonly fact: IdentifiedFact
  /** The fact with its derived fields and the linked ones below their role: `target.path`, `owner.uid` … */
  readonly event: Readonly<Record<string, unknown>>
  readonly linked?: { readonly as: string; readonly id: string } | undefined
}

/** Roles that a rule may name for each kind of fact, and the kind that stands there. */
export const roles: Readonly<Partial<Record<FactKind, Readonly<Record<string, FactKind>>>>> = {
  process: { target: 'file', parent: 'process', owner: 'account', socket: 'socket' },
  socket: { owner: 'process', target: 'file' },
  listener: { owner: 'process', target: 'file' },
  autostart: { target: 'file', owner: 'account' },
  file: { owner: 'account' },
  'login-key': { owner: 'account' },
  preload: { target: 'file' },
  'sudo-rule': { owner: 'account' },
}

/** Fields that linking adds to a fact, with what they say. They are names that rules may use. */
export const derivedFields: Readonly<Partial<Record<FactKind, Readonly<Record<string, string>>>>> = {
  file: {
    odd: 'it lies in a drop place or below a name that hides',
    starters: 'how many autostarts name it',
    mechanisms: 'how many different mechanisms start it',
    runners: 'how many processes run or name it',
    copies: 'how many other paths have the same content',
    imitates: 'the system program whose name it nearly has, or has in a place where that never lies',
    besideMinerConfig:
      'it is the only program of its directory that is started, and a configuration of a miner lies there',
    startsMiner: 'it is a script that starts a miner, or gives its configuration to a program of no package',
    ...knownFields,
  },
  process: {
    odd: 'its executable lies in a drop place or below a name that hides',
    children: 'how many processes it started',
    replaced: 'its executable was deleted, and another file is at its path now, as after an upgrade by hand',
    imitates: 'the system program or kernel thread whose name it nearly has, or has in the wrong place',
    ...knownFields,
  },
  autostart: {
    odd: 'the file that holds it lies in a drop place or below a name that hides',
    imitates: 'the system program whose name its own name nearly has',
    ...knownFields,
  },
  socket: {
    inbound: 'its own end is a port that this host listens on, so that the other end came to it',
    ...knownFields,
  },
  'login-key': knownFields,
  'hosts-entry': knownFields,
  resolver: knownFields,
}

/** Fields of the host as a whole, for every rule, as `host.live`. */
export const hostFields = ['usesHugePages', 'usesGpu', 'live'] as const

const most = 16

/** Every view of a fact: one for each thing it points at, or one alone where it points at nothing. */
export function viewsOf(fact: IdentifiedFact, world: World): View[] {
  const base = { ...fact, ...derived(fact, world), host: world.host }
  const links = withoutUndefined(fixedLinks(fact, world))
  const fixed = Object.fromEntries(
    Object.entries(links).map(([as, linked]) => [as, { ...linked, ...derived(linked, world) }]),
  )
  const varying = varyingLinks(fact, world).slice(0, most)
  if (varying.length === 0) return [{ fact, event: { ...base, ...fixed }, linked: firstOf(fixed) }]
  return varying.map(({ as, linked }) => ({
    fact,
    event: { ...base, ...fixed, [as]: { ...linked, ...derived(linked, world) } },
    linked: { as, id: linked.id },
  }))
}

/** What was derived for a fact; a fact belongs to one world, and is linked to many others. */
const remembered = new WeakMap<IdentifiedFact, Record<string, unknown>>()

function derived(fact: IdentifiedFact, world: World): Record<string, unknown> {
  let fields = remembered.get(fact)
  if (fields === undefined) {
    fields = derive(fact, world)
    remembered.set(fact, fields)
  }
  return fields
}

function derive(fact: IdentifiedFact, world: World): Record<string, unknown> {
  switch (fact.kind) {
    case 'file': {
      const starters = world.startersOf(fact.path)
      return {
        odd: liesOddly(fact.path),
        starters: starters.length,
        mechanisms: new Set(starters.map(one => one.mechanism.replace(/-.*/, ''))).size,
        runners: world.runnersOf(fact.path).length,
        copies: fact.sha256 === undefined ? 0 : Math.max(0, world.copiesOf(fact.sha256).length - 1),
        imitates: fact.type === 'directory' ? undefined : imitated(fact.name, fact.path),
        besideMinerConfig: isBesideMinerConfig(fact, world),
        startsMiner: world.filesAt(fact.runs ?? []).some(isMiner),
        ...known(fact),
      }
    }
    case 'process':
      return {
        odd: fact.path !== undefined && liesOddly(fact.path),
        children: world.childrenOf(fact.pid),
        replaced: fact.exeDeleted && fact.path !== undefined && world.file(fact.path)?.type === 'file',
        imitates: imitated(fact.name, fact.path),
        ...known(fact),
      }
    case 'autostart':
      return {
        odd: liesOddly(fact.path),
        imitates: fact.name === undefined ? undefined : imitated(fact.name, undefined),
        ...known(fact),
      }
    case 'socket':
      return { inbound: world.listensOn(fact.protocol, fact.localPort), ...known(fact) }
    default:
      return known(fact)
  }
}

function isBesideMinerConfig(fact: Known<'file'>, world: World): boolean {
  return fact.traits.includes('elf') && !isOwned(fact.ownership) && world.minerConfigsFor(fact).length > 0
}

function isMiner({ traits, ownership }: Known<'file'>): boolean {
  if (isOwned(ownership)) return false
  return traits.includes('miner-config') || (traits.includes('elf') && traits.includes('miner-strings'))
}

function fixedLinks(fact: IdentifiedFact, world: World): Record<string, IdentifiedFact | undefined> {
  const account = 'user' in fact && fact.user !== undefined ? world.account(fact.user) : undefined
  switch (fact.kind) {
    case 'process':
      return { parent: fact.parentPid === undefined ? undefined : world.process(fact.parentPid), owner: account }
    case 'socket':
    case 'listener': {
      const owner = fact.pid === undefined ? undefined : world.process(fact.pid)
      return { owner, target: owner?.path === undefined ? undefined : world.file(owner.path) }
    }
    case 'autostart':
    case 'login-key':
    case 'file':
    case 'sudo-rule':
      return { owner: account }
    default:
      return {}
  }
}

function varyingLinks(fact: IdentifiedFact, world: World): { as: string; linked: IdentifiedFact }[] {
  switch (fact.kind) {
    case 'process': {
      const targets = world.filesAt([fact.path, fact.script, ...fact.targets])
      const sockets = world.socketsOf(fact.pid)
      return [
        ...targets.map(linked => ({ as: 'target', linked })),
        ...sockets.map(linked => ({ as: 'socket', linked })),
      ]
    }
    case 'autostart':
    case 'preload':
      return world.filesAt(fact.targets).map(linked => ({ as: 'target', linked }))
    default:
      return []
  }
}

function firstOf(links: Readonly<Record<string, IdentifiedFact>>): View['linked'] {
  const [first] = Object.entries(links)
  return first === undefined ? undefined : { as: first[0], id: first[1].id }
}

function withoutUndefined<T>(record: Record<string, T | undefined>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter((entry): entry is [string, T] => entry[1] !== undefined))
}
