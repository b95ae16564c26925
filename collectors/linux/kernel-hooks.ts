import type { KernelHookFact } from '../../model/index.ts'
import { readOwnTracefs } from '../../native/read/own-tracefs.ts'
import { displayBytes, type Target } from '../../target/index.ts'
import type { Collector, Survey } from '../collector.ts'
import { listedModules } from './kernel-modules.ts'
import { isPseudoModule } from './kernel-symbols.ts'

/**
 * Functions of the kernel into which somebody hooked: what ftrace (ftrace.rst, `enabled_functions` and `touched_functions`)
 * and kprobes (kprobes.rst) tell. Rootkits take `getdents64`, `tcp4_seq_show` or `kill` this way; so do live patches and
 * tracing tools. One fact for each that hooks.
 */
export const kernelHooks: Collector = {
  name: 'kernel-hooks',
  collects: ['kernel-hook'],
  os: ['linux'],
  needsLive: true,
  stage: 'second',
  collect,
}

const tracing = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing']
const mostBytes = 8 << 20
const mostFunctions = 50

function* collect(survey: Survey): Iterable<KernelHookFact> {
  const { target } = survey
  const tables = tablesOf(target)
  const first = look(survey, tables)
  if (first.every(one => one.contradictions.length === 0)) return yield* first
  // Once more, because a module that is unloaded meanwhile takes its hooks and its name along, one after the other.
  const second = new Map(look(survey, tables).map(one => [keyOf(one), one.contradictions]))
  for (const one of first) {
    const still = second.get(keyOf(one)) ?? []
    yield { ...one, contradictions: one.contradictions.filter(what => still.includes(what)) }
  }
}

/** Reads a table of tracefs; empty where there is none. */
type Tables = (name: string) => string

/** Where nobody mounted tracefs, one of our own is read. A kernel without any tracing has no directory for it. */
function tablesOf(target: Target): Tables {
  const folder = tracing.find(path => (target.files.list(path) ?? []).length > 0)
  if (folder !== undefined) return name => textOf(target, `${folder}/${name}`)
  if (!tracing.some(path => target.files.lstat(path) !== undefined)) return () => ''
  return name => {
    try {
      if (target.root === '/') return readOwnTracefs(name, mostBytes).toString('latin1')
    } catch (error) {
      // A kernel without probes has no table of them.
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    }
    const why = 'tracefs is not mounted or cannot be read, so that the kernel does not tell of hooks'
    target.addGap({ what: 'kernel hooks', why })
    return ''
  }
}

function look(survey: Survey, tables: Tables): KernelHookFact[] {
  const hooks = probes(survey.target, tables)
  for (const name of survey.deep ? ['enabled_functions', 'touched_functions'] : ['enabled_functions'])
    hooks.push(...parseFunctions(tables(name), `${tracing[0]}/${name}`))
  return factsOf(survey, hooks)
}

function keyOf({ way, by, module }: Pick<KernelHookFact, 'way' | 'by' | 'module'>): string {
  return `${way} ${by} ${module ?? ''}`
}

/** One hooked function. */
export interface Hook {
  readonly way: KernelHookFact['way']
  readonly function: string
  readonly by: string
  readonly module?: string
  /** Its code has no name in the kernel's table of symbols. */
  readonly nameless: boolean
  readonly path: string
  readonly text: string
}

/**
 * Lines of ftrace: `FUNCTION (COUNT) FLAGS`, and then who is called: `\ttramp: TRAMPOLINE (CALLED)`, `->CALLED`,
 * `\tops: OPS (CALLED)`, and on a line of its own `\tdirect-->CALLED`. A name is `symbol+0x1/0x2 [module]`, or the bare
 * address where no symbol is known.
 */
export function parseFunctions(text: string, path: string): Hook[] {
  const hooks: Hook[] = []
  let last = ''
  for (const whole of text.split('\n', mostLines)) {
    const line = whole.slice(0, longestLine)
    const [, name] = /^([\w.$]{1,200})(?: \[[\w-]{1,64}\])? \(\d{1,10}\)/.exec(line) ?? []
    if (name !== undefined) last = name
    if (last === '') continue
    for (const called of calledIn(line))
      hooks.push({ way: 'ftrace', function: last, ...called, path, text: line.trim() })
  }
  return hooks
}

const mostLines = 50_000
const longestLine = 4_096
/** The kernel's own way to call several, or one that asks for more than a plain call. */
const dispatchers = /^(?:arch_)?ftrace_ops_(?:assist|list)_func$/
const symbol = String.raw`(?:0x[0-9a-f]{4,16}|[\w.$]{1,200}(?:\+0x[0-9a-f]{1,16}\/0x[0-9a-f]{1,16})?)(?: \[[\w-]{1,64}\])?`
const callees = new RegExp(String.raw`(\(|->|direct-->)(${symbol})\)?`, 'g')

function calledIn(line: string): { by: string; module?: string; nameless: boolean }[] {
  return [...line.matchAll(callees)].flatMap(([, how, called = '']) => {
    const [, name = '', module] = /^(\S+?)(?:\+0x\S+)?(?: \[([\w-]+)\])?$/.exec(called) ?? []
    // The count of callers stands in parentheses too.
    if (name === '' || /^\d+$/.test(name) || dispatchers.test(name)) return []
    const address = /^0x[0-9a-f]+$/.test(name)
    // The trampoline of a BPF program is made as it is needed, and older kernels have no name for it.
    const nameless = address && how !== 'direct-->'
    return [{ by: address ? 'code without a name' : name, nameless, ...(module === undefined ? {} : { module }) }]
  })
}

/** `ADDRESS  k  SYMBOL+0x0  MODULE [FLAGS]`: who set a probe is told only of those that went through tracefs. */
function probes(target: Target, tables: Tables): Hook[] {
  const path = '/sys/kernel/debug/kprobes/list'
  const list = textOf(target, path)
  if (list === '') return []
  const events = tables('kprobe_events')
  const announced = new Set([...events.matchAll(/^[pr]\S* ([\w.$]+)/gm)].map(([, name]) => name))
  return parseProbes(list).map(({ name, text }) => ({
    way: 'kprobe',
    function: name,
    by: announced.has(name) ? 'kprobe_events' : 'kprobe',
    nameless: false,
    path,
    text,
  }))
}

export function parseProbes(text: string): { name: string; text: string }[] {
  return text.split('\n', mostLines).flatMap(line => {
    const [, name] = /^[0-9a-f]{4,16}\s+[a-z]\s+([\w.$]{1,200})\+0x/.exec(line.slice(0, longestLine)) ?? []
    return name === undefined ? [] : [{ name, text: line.trim() }]
  })
}

function factsOf(survey: Survey, hooks: readonly Hook[]): KernelHookFact[] {
  const listed = listedModules(survey.target)
  const groups = new Map<string, Hook[]>()
  for (const hook of hooks) {
    const group = groups.get(keyOf(hook))
    if (group === undefined) groups.set(keyOf(hook), [hook])
    else group.push(hook)
  }
  return [...groups.values()].flatMap(group => {
    const [first] = group
    if (first === undefined) return []
    const { module } = first
    const real = module !== undefined && !isPseudoModule(module)
    const fact = real ? survey.facts('kernel-module').find(one => one.name === module) : undefined
    const contradictions = [
      ...(real && listed !== undefined && !listed.has(module) ? ['unlisted-module'] : []),
      ...(first.nameless ? ['no-symbol'] : []),
    ]
    const hook: KernelHookFact = {
      kind: 'kernel-hook',
      way: first.way,
      by: displayBytes(first.by),
      ...(module === undefined ? {} : { module: displayBytes(module) }),
      ownership: fact?.ownership ?? 'unknown',
      functions: [...new Set(group.map(hook => displayBytes(hook.function)))].slice(0, mostFunctions),
      contradictions,
      path: first.path,
      text: displayBytes(first.text).slice(0, 500),
    }
    return [hook]
  })
}

function textOf(target: Target, path: string): string {
  return target.files.read(path, mostBytes, 'fine')?.toString('latin1') ?? ''
}
