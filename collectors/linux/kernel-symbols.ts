import type { Target } from '../../target/index.ts'

/** What /proc/kallsyms (proc(5)) tells of the running kernel: addresses of functions, and the modules that have any. */
export interface KernelSymbols {
  /** Undefined where there is no such name, or where the kernel hides addresses (kernel.kptr_restrict). */
  address(name: string): bigint | undefined
  /** Modules in brackets behind their symbols, without what the kernel calls so itself: `[bpf]`, `[__builtin__ftrace]`. */
  readonly modules: ReadonlySet<string>
}

const mostBytes = 64 << 20
const known = new WeakMap<Target, KernelSymbols>()

/** Read once: the kernel takes about a tenth of a second to write it. Undefined where it has none. */
export function kernelSymbols(target: Target): KernelSymbols | undefined {
  const before = known.get(target)
  if (before !== undefined) return before
  const symbols = readKernelSymbols(target)
  if (symbols !== undefined) known.set(target, symbols)
  return symbols
}

/** The same, read anew. */
export function readKernelSymbols(target: Target): KernelSymbols | undefined {
  const bytes = target.files.read('/proc/kallsyms', mostBytes, 'fine')
  return bytes === undefined || bytes.length === 0 ? undefined : symbolsIn(bytes)
}

/** Lines are `ADDRESS TYPE NAME`, and a tab and `[MODULE]` behind that where a module brought it. */
export function symbolsIn(bytes: Buffer): KernelSymbols {
  return {
    address: name => addressOf(bytes, name),
    modules: modulesIn(bytes),
  }
}

function addressOf(bytes: Buffer, name: string): bigint | undefined {
  if (!/^[\w.$]{1,200}$/.test(name)) return undefined
  for (let at = bytes.indexOf(` ${name}\n`); at >= 0; at = bytes.indexOf(` ${name}\n`, at + 1)) {
    const start = bytes.lastIndexOf(0x0a, at - 1) + 1
    const [, hex] = /^([0-9a-f]{8,16}) [A-Za-z]$/.exec(bytes.toString('latin1', start, at)) ?? []
    if (hex !== undefined && !/^0+$/.test(hex)) return BigInt(`0x${hex}`)
  }
  return undefined
}

const mostModules = 10_000

function modulesIn(bytes: Buffer): Set<string> {
  const modules = new Set<string>()
  for (let at = bytes.indexOf('\t['); at >= 0 && modules.size < mostModules; at = bytes.indexOf('\t[', at + 2)) {
    const end = bytes.indexOf(0x5d, at)
    if (end < 0) break
    const name = bytes.toString('latin1', at + 2, Math.min(end, at + 66))
    if (/^[\w.-]+$/.test(name) && !isPseudoModule(name)) modules.add(name)
  }
  return modules
}

/** Names in brackets that stand for parts of the kernel which make code as they go. */
export function isPseudoModule(name: string): boolean {
  return name === 'bpf' || name.startsWith('__builtin__')
}
