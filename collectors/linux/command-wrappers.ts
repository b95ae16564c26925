/** How a program that runs another one takes its arguments. */
export interface Wrapper {
  /** Options that take the next word as their value: single letters, or long names with their dashes. */
  readonly valued: string
  readonly long?: readonly string[]
  /** How many words stand before the command. */
  readonly skip?: number
}

const plain: Wrapper = { valued: '' }

/** Programs whose arguments are another command, by name. */
export const wrappers: Readonly<Record<string, Wrapper>> = {
  nohup: plain,
  setsid: plain,
  exec: { valued: 'a' },
  command: plain,
  builtin: plain,
  time: { valued: 'fo' },
  busybox: plain,
  toybox: plain,
  linux32: plain,
  linux64: plain,
  setarch: { valued: '', skip: 1 },
  chronic: plain,
  cronic: plain,
  tini: { valued: 'pe' },
  'dumb-init': { valued: 'r' },
  'dbus-run-session': plain,
  catchsegv: plain,
  nice: { valued: 'n', long: ['--adjustment'] },
  ionice: { valued: 'cnpPu' },
  chrt: { valued: 'TPD', skip: 1 },
  taskset: { valued: '', skip: 1 },
  numactl: { valued: 'imNCp' },
  stdbuf: { valued: 'ioe' },
  timeout: { valued: 'ks', skip: 1 },
  env: { valued: 'uCS', long: ['--unset', '--chdir'] },
  sudo: { valued: 'ugCDRTUhpr', long: ['--user', '--group', '--chdir', '--host', '--prompt'] },
  doas: { valued: 'uC' },
  runuser: { valued: 'ugGsw' },
  setpriv: { valued: '', long: ['--reuid', '--regid', '--groups'] },
  'systemd-run': {
    valued: 'pHMutECP',
    long: ['--unit', '--property', '--on-calendar', '--on-active', '--on-boot', '--slice', '--description', '--setenv'],
  },
  'systemd-inhibit': plain,
  'systemd-cat': { valued: 'tp' },
  cpulimit: { valued: 'lepcP', long: ['--limit', '--exe', '--path', '--pid'] },
  flock: { valued: 'wEc', skip: 1 },
  setlock: { valued: '', skip: 1 },
  softlimit: { valued: '' },
  unshare: { valued: 'SGRw', long: ['--root', '--wd'] },
  nsenter: { valued: 'tSG', long: ['--target'] },
  xargs: { valued: 'IinLPsdEa' },
  parallel: { valued: 'jI' },
  watch: { valued: 'n' },
  strace: { valued: 'eopsu' },
  ltrace: { valued: 'eopsu' },
  proot: { valued: 'rbw' },
  firejail: plain,
  trickle: { valued: 'du' },
  torsocks: plain,
  torify: plain,
  proxychains: { valued: 'f' },
  proxychains4: { valued: 'f' },
  screen: { valued: 'Scet' },
  chroot: { valued: '', skip: 1 },
  caffeinate: plain,
}

/** Words of the shell's grammar before a command. */
export const keywords: ReadonlySet<string> = new Set(['then', 'else', 'elif', 'do', 'if', 'while', 'until', '!', '{'])

/** Names of shells. */
export const shells = /^(?:r?ba|da|a|z|pdk|mk|[rl]?k|c|tc|fi|ha)?sh$/

/** Options of interpreters that take a value, and those whose value is program text. */
const interpreters: readonly (readonly [RegExp, { readonly valued: string; readonly code: string }])[] = [
  [/^python[\d.]*$|^pypy[\d.]*$/, { valued: 'WXm', code: 'c' }],
  [/^perl[\d.]*$/, { valued: 'IMmx', code: 'eE' }],
  [/^ruby[\d.]*$/, { valued: 'ICrE', code: 'e' }],
  [/^(?:node|nodejs|bun|deno)$/, { valued: 'r', code: 'ep' }],
  [/^php[\d.]*(?:-cgi)?$/, { valued: 'cdz', code: 'rBRE' }],
  [/^lua(?:jit)?[\d.]*$/, { valued: 'l', code: 'e' }],
  [/^(?:tclsh|expect|wish)[\d.]*$/, { valued: '', code: 'c' }],
  [/^pwsh$/, { valued: '', code: 'cC' }],
]

/** What an interpreter that is no shell does with its options; undefined for other programs. */
export function interpreterOf(name: string): { readonly valued: string; readonly code: string } | undefined {
  return interpreters.find(([pattern]) => pattern.test(name))?.[1]
}

/** The dynamic linker called as a program (ld.so(8)): it runs the file it is given. */
export const linker = /^ld(?:-linux.*|-musl.*|-[\d.]+|)\.so(?:\.\d+)?$/

/** Programs whose first operand is a pattern or program of their own, in which slashes mean nothing. */
export const patternPrograms = /^(?:sed|[gmn]?awk|tr|expr|jq|date|printf|basename|dirname)$/

/** Programs whose words are about another host; of their options some name files of this one. */
export const remotePrograms = /^(?:ssh|scp|sftp|mosh|sshpass|autossh)$/

/** Programs whose operands are places on other hosts. */
export const downloaders =
  /^(?:curl|wget\d?|fetch|lwp-download|lwp-request|GET|aria2c|axel|ftpget|tftp|lynx|links|w3m|http)$/
