import { readFileSync } from 'node:fs'

/** What the launcher tells the runtime so that a scan stays small (tools/launch-settings.ts). */
const small = new Set(['--optimize-for-size', '--max-semi-space-size=2', '--v8-pool-size=1'])

/**
 * A center runs for months and takes reports all the time: with the flags that keep a scan small it needs three times the
 * processor's time for each. The process becomes itself once more without them (execve(2): same pid, same descriptors 0 to 2);
 * returns where it was started without.
 */
export function useRoomyRuntime(): void {
  if (!process.execArgv.some(flag => small.has(flag))) return
  // With our own loader in front, which no other list of arguments has.
  const [program = '', ...words] = readFileSync('/proc/self/cmdline', 'utf8').split('\0').slice(0, -1)
  process.execve?.(program, [program, ...withoutSmall(words)], process.env)
}

/** Only flags of the runtime, which stand before the program's own file. */
export function withoutSmall(words: readonly string[]): string[] {
  const main = words.findIndex(word => /\/main\.[jt]s$/.test(word))
  return words.filter((word, place) => place > main || !small.has(word))
}
