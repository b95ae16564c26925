/** The folders of the package, seen from its root. */
export const runtimeFolder = 'runtime'
export const mainFile = 'cli/main.js'

/**
 * What the runtime is told before the program. The host's own OpenSSL settings could name a library to load. A scan leaves
 * much garbage that is young: 2 MB for it in place of 16, one helping thread, and a heap that would rather be small keep the
 * peak of 200 processes near 130 MB, for a tenth more time. Optimising is done by the main thread: at its end node waits for helping
 * threads (NodePlatform::DrainTasks), and one that optimises may itself wait for the main thread to collect garbage, so that
 * one run in some thousands never ended. It costs nothing: less of the processor's time, and less memory. The agent and its guard
 * live for months with little to do: they say themselves when garbage is to be collected (native/read/own-memory.ts).
 */
export const runtimeFlags: readonly string[] = [
  '--disable-warning=ExperimentalWarning',
  '--enable-experimental-regexp-engine-on-excessive-backtracks',
  '--openssl-config=/dev/null',
  '--max-semi-space-size=2',
  '--v8-pool-size=1',
  '--no-concurrent-recompilation',
  '--optimize-for-size',
  '--expose-gc',
]

/** All that the caller's environment may say; everything else (LD_PRELOAD, NODE_OPTIONS …) stays outside. */
export const keptVariables: readonly string[] = [
  'HOME',
  'TERM',
  'COLUMNS',
  'NO_COLOR',
  'TZ',
  'SSH_CONNECTION',
  'SUDO_USER',
]

/** One arena of malloc for all threads saves another 12 MB. */
export const fixedVariables: readonly string[] = [
  'PATH=/usr/sbin:/usr/bin:/sbin:/bin',
  'LANG=C.UTF-8',
  'MALLOC_ARENA_MAX=1',
]

/** EX_SOFTWARE of sysexits.h, as the command line uses it for its own faults. */
export const cannotStart = 70
