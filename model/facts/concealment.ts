import { z } from 'zod'
import { attributes, ownership, time } from './shared.ts'

/** A library that is loaded into programs that did not ask for it (ld.so(8)). */
export const preloadFact = z.object({
  kind: z.literal('preload'),
  /** Where it is written: `/etc/ld.so.preload`, a unit, an environment file, pam_env.conf … */
  path: z.string(),
  line: z.number().optional(),
  text: z.string(),
  textBytes: z.string().optional(),
  variable: z.enum(['ld.so.preload', 'LD_PRELOAD', 'LD_AUDIT', 'LD_LIBRARY_PATH']),
  /** The library, absolute where that can be told. */
  library: z.string(),
  targets: z.array(z.string()),
  /**
   * What ordinary programs do not see while it is loaded: files, processes as `/proc/PID`, sockets as
   * `/proc/net/tcp 127.0.0.1:3333` (at most 20).
   */
  hides: z.array(z.string()).optional(),
  /** The calls of the C library that do not show it: `readdir`, `stat`, `open`, `fopen`, `kill` … */
  hidesFrom: z.array(z.string()).optional(),
  ownership: ownership.optional(),
  attributes,
  modified: time.optional(),
})
export type PreloadFact = z.infer<typeof preloadFact>

/** A system command that is not what its package installed. */
export const commandIntegrityFact = z.object({
  kind: z.literal('command-integrity'),
  path: z.string(),
  name: z.string(),
  package: z.string().optional(),
  ownership,
  sha256: z.string().optional(),
  size: z.number(),
  modified: time,
  attributes,
  /** `replaced` (content differs from the package), `missing`, `not-executable`, `shadowed` (another file earlier in PATH). */
  state: z.enum(['replaced', 'missing', 'not-executable', 'shadowed']),
  /** `elf`, `script`, `other`. */
  form: z.string(),
  /** Files beside it or in known hide-outs that have the package's checksum: the original. */
  originals: z.array(z.object({ path: z.string(), agrees: z.boolean(), sha256: z.string() })),
  /** What the package recorded: `md5:…` or `sha256:…`. */
  recordedDigest: z.string().optional(),
  traits: z.array(z.string()),
  evidence: z.array(z.string()),
})
export type CommandIntegrityFact = z.infer<typeof commandIntegrityFact>

/** A mount that lies over something that should be seen (proc(5) mountinfo). */
export const mountFact = z.object({
  kind: z.literal('mount'),
  path: z.string(),
  mountId: z.number(),
  source: z.string(),
  fileSystem: z.string(),
  options: z.string(),
  /** `process` (over /proc/PID), `file` (over one file), `directory`. */
  covers: z.enum(['process', 'file', 'directory']),
  pid: z.number().optional(),
})
export type MountFact = z.infer<typeof mountFact>

/** A module of the kernel. */
export const kernelModuleFact = z.object({
  kind: z.literal('kernel-module'),
  name: z.string(),
  path: z.string().optional(),
  ownership,
  state: z.string(),
  size: z.number().optional(),
  /** Letters of /sys/module/NAME/taint. */
  taint: z.string(),
  /** One view of the kernel has it and another leaves it out, twice. */
  hidden: z.boolean(),
  /** The views that have a hidden one: `sysfs` (/sys/module/NAME/initstate), `kallsyms`; `procfs` where only /proc/modules has it. */
  seenIn: z.array(z.string()).optional(),
})
export type KernelModuleFact = z.infer<typeof kernelModuleFact>

/** A program that somebody gave to the kernel to run on what happens there (bpf(2)). */
export const bpfProgramFact = z.object({
  kind: z.literal('bpf-program'),
  programId: z.number(),
  /** At most 15 bytes, freely chosen. */
  name: z.string(),
  /** linux/bpf.h, in lower case: `kprobe`, `tracing`, `lsm`, `xdp` … */
  programType: z.string(),
  /** Hash of its instructions, as the kernel and bpftool(8) tell it. */
  tag: z.string(),
  uid: z.number(),
  loadedAt: time.optional(),
  /** Processes that hold it open, or the link or perf event that it hangs on; at most 20. */
  holders: z.array(
    z.object({
      pid: z.number(),
      name: z.string(),
      path: z.string().optional(),
      ownership: ownership.optional(),
      container: z.string().optional(),
      /** The executable was deleted or is a memfd. */
      exeGone: z.boolean(),
    }),
  ),
  /** Paths on a BPF file system that keep it. */
  pins: z.array(z.string()),
  /**
   * `process`, `pin`, `mate` (loaded within seconds of one that is held, which calls it), `nobody`. What hangs on an
   * interface or cgroup needs no holder.
   */
  heldBy: z.enum(['process', 'pin', 'mate', 'nobody']),
  /** Kernel functions that it calls and that change what programs see: `bpf_probe_write_user`, `bpf_override_return` … */
  powers: z.array(z.string()),
})
export type BpfProgramFact = z.infer<typeof bpfProgramFact>

/** Functions of the kernel into which somebody hooked (ftrace, kprobes), by who did it. */
export const kernelHookFact = z.object({
  kind: z.literal('kernel-hook'),
  way: z.enum(['ftrace', 'kprobe', 'syscall-table']),
  /** The function that is called instead or as well, without its offset; `kprobe_events`, `kprobe` where nothing tells. */
  by: z.string(),
  /** The module of `by`. */
  module: z.string().optional(),
  ownership,
  /** What was hooked; at most 50. */
  functions: z.array(z.string()),
  /** `unlisted-module` (/proc/modules does not have it), `no-symbol` (its code belongs to nothing that is known). */
  contradictions: z.array(z.string()),
  /** Where it is written. */
  path: z.string(),
  text: z.string(),
})
export type KernelHookFact = z.infer<typeof kernelHookFact>
