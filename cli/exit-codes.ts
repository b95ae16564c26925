/** What the program's exit status says (sysexits.h from 64 on). They hold and stay: scripts depend on them. */
export const exitCodes = {
  /** Nothing suspicious; cleaned and proven; done. */
  fine: 0,
  /** `intel lookup`: none of the values is on a list, as grep ends where nothing matches. */
  unlisted: 1,
  /** `scan`, `plan`, `watch`: something suspected or exposed, nothing confirmed. */
  suspected: 10,
  /** `scan`, `plan`, `watch`: a confirmed intrusion. */
  confirmed: 20,
  /** `status`: something is wrong with the agent. `clean`, `prove`, `undo`, `resume`, `rules check`, `rules test`: something is left, came back or does not agree. */
  left: 30,
  /** The command line, or a file it names, is wrong. */
  usage: 64,
  /** The center, or a feed of indicators, cannot be reached (EX_UNAVAILABLE). */
  unavailable: 69,
  /** A fault of Davylamp. */
  internal: 70,
  /** Needs root, a state folder that can be written and has room, or that another run ends. */
  notPermitted: 77,
} as const
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** The same for `--help`. */
export const exitCodeHelp = `Exit status:
  0   nothing found; cleaned and proven; done
  1   intel lookup: none of the values is listed
  10  scan, plan, watch: suspected or exposed, nothing confirmed
  20  scan, plan, watch: confirmed
  30  clean, prove, undo, resume: something is left (or was not agreed to); rules: a check failed;
      status: something is wrong
  64  wrong use: the message says what to do
  69  the center, or a feed, cannot be reached
  70  a fault of Davylamp
  77  not permitted: needs root, a writable state folder or room in it, another run is at work,
      or against a center: not signed in, or a right is missing`
