import { bpfInstructions } from '../../native/read/bpf.ts'
import type { Target } from '../../target/index.ts'
import { type KernelSymbols, kernelSymbols } from './kernel-symbols.ts'

/** Kernel functions with which a BPF program changes what other programs do or see (bpf-helpers(7)). */
const powerful = [
  'bpf_probe_write_user',
  'bpf_override_return',
  'bpf_send_signal',
  'bpf_send_signal_thread',
  'bpf_sys_bpf',
]

/** Those that the program calls; a gap where the kernel does not show where its calls lead. */
export function bpfPowers(target: Target, id: number): string[] {
  const symbols = kernelSymbols(target)
  if (symbols?.address('__bpf_call_base') === undefined) {
    target.addGap({ what: 'BPF programs', why: 'what they call is not shown: the kernel hides its addresses' })
    return []
  }
  try {
    return powersIn(bpfInstructions(id) ?? Buffer.alloc(0), symbols)
  } catch {
    target.addGap({ what: 'BPF programs', why: 'the instructions of some cannot be read' })
    return []
  }
}

const call = 0x85

/**
 * Instructions are eight bytes: code, registers, offset, immediate value (the kernel's Documentation/bpf/standardization).
 * A call with source register 0 is one of a kernel function, and the value its distance from `__bpf_call_base`.
 */
export function powersIn(code: Buffer, symbols: KernelSymbols): string[] {
  const base = symbols.address('__bpf_call_base')
  if (base === undefined) return []
  const names = new Map<number, string>()
  for (const name of powerful) {
    const address = symbols.address(name)
    if (address !== undefined) names.set(Number(BigInt.asIntN(32, address - base)), name)
  }
  const found = new Set<string>()
  for (let at = 0; at + 8 <= code.length; at += 8) {
    if (code[at] !== call || ((code[at + 1] ?? 0) & 0xf0) !== 0) continue
    const name = names.get(code.readInt32LE(at + 4))
    if (name !== undefined) found.add(name)
  }
  return [...found].sort()
}
