import type { Target } from '../../target/index.ts'

const reasons: Readonly<Record<string, string>> = {
  permission:
    'not allowed: needs root, and a kernel that lets root read the memory of others (kernel.yama.ptrace_scope)',
  limit: 'more memory than a scan of this kind reads',
  time: 'the rules took too long on a part of it',
  changed: 'it changed while it was read',
  unreadable: 'a part of it could not be read',
}

/** Why something was left out, and of how many processes. */
export class GapCount {
  readonly #counts = new Map<string, number>()

  add(reason: string, count = 1): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + count)
  }

  tell(target: Target): void {
    for (const [reason, count] of this.#counts)
      target.addGap({
        what: 'memory of processes',
        why: `${count === 1 ? 'one process' : `${count} processes`}: ${reasons[reason] ?? reason}`,
      })
  }
}
