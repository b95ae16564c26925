import { resolve } from 'node:path'

/** Where this checkout is seen inside, read only. */
export const checkout = '/run/davylamp-checkout'
export const repository = resolve(import.meta.dirname, '../..')

export interface BootOptions {
  readonly name: string
  readonly root: string
  readonly hostname: string
  /** See `RangeOptions`. */
  readonly kernelEvents: boolean
}

const kernelEvents = [
  '--capability=CAP_BPF,CAP_PERFMON,CAP_IPC_LOCK,CAP_SYS_RESOURCE',
  '--system-call-filter=bpf perf_event_open fanotify_init fanotify_mark mlock2',
]

/** The command that boots a range (systemd-nspawn(1)), and that ends with whoever started it. */
export function bootWords(options: BootOptions): string[] {
  return [
    'setpriv',
    '--pdeathsig',
    'KILL',
    'systemd-nspawn',
    '--boot',
    '--quiet',
    '--register=no',
    '--keep-unit',
    '--private-network',
    `--machine=${options.name.slice(-6).toLowerCase()}`,
    `--hostname=${options.hostname}`,
    '--settings=no',
    '--resolv-conf=off',
    '--timezone=off',
    '--link-journal=no',
    '--console=pipe',
    ...(options.kernelEvents ? kernelEvents : []),
    `--bind-ro=${repository}:${checkout}`,
    '-D',
    options.root,
  ]
}
