/** The folders of the package, seen from its root. */
export const runtimeFolder = 'runtime'
export const mainFile = 'cli/main.js'

/** What the runtime is told before the program. The host's own OpenSSL settings could name a library to load. */
export const runtimeFlags: readonly string[] = [
  '--disable-warning=ExperimentalWarning',
  '--enable-experimental-regexp-engine-on-excessive-backtracks',
  '--openssl-config=/dev/null',
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

export const fixedVariables: readonly string[] = ['PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'LANG=C.UTF-8']

/** EX_SOFTWARE of sysexits.h, as the command line uses it for its own faults. */
export const cannotStart = 70
