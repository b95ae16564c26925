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
  /** What ordinary programs do not see while it is loaded: files, and processes as `/proc/PID` (at most 20). */
  hides: z.array(z.string()).optional(),
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
  /** Seen under /sys/module with initstate, but not in /proc/modules. */
  hidden: z.boolean(),
})
export type KernelModuleFact = z.infer<typeof kernelModuleFact>
