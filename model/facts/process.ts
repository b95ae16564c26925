import { z } from 'zod'
import { traits } from './file.ts'
import { contentMatch, indicatorMatch } from './matches.ts'
import { ownership, time } from './shared.ts'

/** A process as `/proc/PID` shows it (proc(5)). A missing field could not be read or does not apply. */
export const processFact = z.object({
  kind: z.literal('process'),
  pid: z.number(),
  /** Clock ticks after boot (field 22 of stat): with the pid it names one process and no later one. */
  startTime: z.number(),
  /** `comm`: at most 15 bytes, freely chosen by the process. */
  name: z.string(),
  /** What `/proc/PID/exe` points at, without ` (deleted)`; `memfd:NAME` for an executable in memory. */
  path: z.string().optional(),
  pathBytes: z.string().optional(),
  /** argv joined by one space. */
  command: z.string(),
  argv: z.array(z.string()),
  cwd: z.string().optional(),
  /** The script that an interpreter runs, absolute; absent for programs of their own. */
  script: z.string().optional(),
  /** Absolute paths that it stands on: executable, script, files named in argv. */
  targets: z.array(z.string()),
  user: z.string().optional(),
  uid: z.number().optional(),
  parentPid: z.number().optional(),
  sessionId: z.number().optional(),
  cgroup: z.string().optional(),
  /** Id of the container that holds it, from the cgroup path. */
  container: z.string().optional(),
  startedAt: time.optional(),
  sha256: z.string().optional(),
  ownership: ownership.optional(),
  /** Name of the package that owns the executable. */
  package: z.string().optional(),
  exeDeleted: z.boolean(),
  /** The executable is a memfd or lies on no file system that a path leads to. */
  exeInMemory: z.boolean(),
  /** Flag PF_KTHREAD of stat field 9: only the kernel can set it. */
  kernelThread: z.boolean(),
  /** Named like a kernel thread (or nearly so) although it is not one. */
  kernelThreadImpostor: z.boolean(),
  /** comm, argv[0] and the name of the executable agree in no pair, and it is no interpreter's script. */
  argvMismatch: z.boolean(),
  /**
   * Views in which the process does not appear: `readdir` (the listing of /proc), `lookup` (/proc/PID), `kill` (kill(2) denies
   * it), `mount` (something lies over /proc/PID), `ordinary-view` (a preloaded library hides it).
   */
  hiddenFrom: z.array(z.string()),
  /** Percent of one core between the two samples of the scan. */
  cpuPercent: z.number().optional(),
  /** Seconds of processor time used since start. */
  cpuSeconds: z.number().optional(),
  /** Mean percent of one core since start. */
  cpuAveragePercent: z.number().optional(),
  /** Seconds for which it was seen above 80 % of a core: its life if the mean says so, else the observed time. */
  cpuSustainedSeconds: z.number().optional(),
  ageSeconds: z.number().optional(),
  residentBytes: z.number().optional(),
  hugePagesBytes: z.number().optional(),
  threads: z.number().optional(),
  nice: z.number().optional(),
  /** Names of variables of the environment that tell something, as `NAME=value` (LD_PRELOAD, HISTFILE=/dev/null …). */
  environmentTells: z.array(z.string()),
  /** Devices held open that miners want: `/dev/nvidia0`, `/dev/cpu/0/msr` … */
  devices: z.array(z.string()),
  /** Kinds of libraries that say what it does with a card that computes: `cuda`, `torch`, `video`, `display` … Only where it holds one. */
  computeLibraries: z.array(z.string()).optional(),
  /** Other paths held open that were deleted or lie in drop places (at most 20). */
  openFiles: z.array(z.string()),
  /** Libraries mapped from paths that no package owns (at most 20). */
  unownedLibraries: z.array(z.string()),
  /** What a look into an executable that no path leads to recognised, as the traits of a file, with the words behind them. */
  traits: z.array(z.enum(traits)).optional(),
  evidence: z.array(z.string()).optional(),
  /** What YARA rules said of its executable where no path leads to it, and of its memory; absent where none looked. */
  matches: z.array(contentMatch).optional(),
  memoryMatches: z.array(contentMatch).optional(),
  /** Both sides of a talk with a mining pool, in the memory of a process that holds a connection: `login; answered by job`. */
  miningSession: z.string().optional(),
  /** For whom it mines by that talk: a wallet, or a name at the pool. */
  miningAccount: z.string().optional(),
  indicators: z.array(indicatorMatch).optional(),
  /** stdin and stdout are the same socket: the shape of a reverse shell. */
  socketShell: z.boolean(),
  tracerPid: z.number().optional(),
  /** Its root directory, where that is not the host's (chroot(2)). */
  rootDirectory: z.string().optional(),
  /** Where the host has its executable, where that was written inside the container: below what the runtime mounts as its root. */
  hostPath: z.string().optional(),
  /** The kind of file system that holds its executable, where it is mounted in its own mount namespace only and no container's. */
  privateMount: z.string().optional(),
})
export type ProcessFact = z.infer<typeof processFact>
