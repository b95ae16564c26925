import type { Finding, IdentifiedFact, Scan } from '../model/index.ts'

/** What only code inside the kernel can falsify: the listing of /proc, a look at /proc/PID, the answer of kill(2). */
export const kernelViews: ReadonlySet<string> = new Set(['readdir', 'lookup', 'kill'])

/** For a kernel that may hide things: whatever it answers proves nothing, and the disk tells the truth from another system. */
export const offlineSteps =
  'Take a snapshot of its disk, or shut it down and attach the disk to a machine that you trust; mount it read-only there, without running anything from it (mount -o ro,noexec,nodev,nosuid DEVICE /mnt); and run davylamp scan --root /mnt.'

/** Why and how to look at the disk from elsewhere; undefined where nothing speaks against the kernel. What is allowed does not. */
export function offlineScanFor(findings: readonly Finding[]): Scan['offlineScan'] {
  const because = findings.filter(one => one.allowed === undefined && isAboutKernel(one.fact)).map(one => one.because)
  return because.length === 0 ? undefined : { because: [...new Set(because)].slice(0, mostReasons), how: offlineSteps }
}

const mostReasons = 20

function isAboutKernel(fact: IdentifiedFact): boolean {
  switch (fact.kind) {
    case 'kernel-module':
    case 'kernel-hook':
    case 'bpf-program':
      return true
    case 'process':
    case 'file':
      return fact.hiddenFrom?.some(view => kernelViews.has(view)) === true
    case 'setting':
      return (
        fact.name === 'kernel-taint' || fact.name === 'unexplained-processor-time' || fact.name === 'hidden-entries'
      )
    default:
      return false
  }
}
