import type { Item } from './host-part.ts'
import { livedInSites } from './lived-in-sites.ts'
import { loginKey } from './login-key.ts'

const service = (description: string, start: string, more = '') =>
  `[Unit]\nDescription=${description}\nAfter=network-online.target\n\n[Service]\n${more}ExecStart=${start}\nRestart=on-failure\n\n[Install]\nWantedBy=multi-user.target\n`

/** A program somebody installed by hand; other words, other hash. */
const program = (path: string, words: string, owner?: string): Item => ({
  kind: 'file',
  path,
  content: { lookalike: {}, words },
  mode: 0o755,
  ...(owner === undefined ? {} : { owner }),
})

const text = (path: string, content: string, mode = 0o644, owner?: string): Item => ({
  kind: 'file',
  path,
  content: { text: content },
  mode,
  ...(owner === undefined ? {} : { owner }),
})

const script = (path: string, content: string, owner?: string): Item => text(path, content, 0o755, owner)

const unit = (name: string, content: string): Item[] => [
  text(`/etc/systemd/system/${name}`, content),
  { kind: 'unit', name, path: `/etc/systemd/system/${name}` },
]

const container = 'b7d1e4f5a6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f7'

/**
 * What real servers have that administrators, vendors and developers put there: no package owns it, and much of it is
 * young, hidden, scheduled, privileged or fetched. Nothing here may be accused or touched.
 */
export const livedIn: readonly Item[] = [
  { kind: 'account', name: 'ci', uid: 1003, home: '/home/ci', shadow: '!' },
  { kind: 'account', name: 'git', uid: 1004, home: '/home/git', shadow: '*' },
  { kind: 'account', name: 'anna', uid: 1005, home: '/home/anna', shadow: '$6$range$unusable' },
  { kind: 'account', name: 'svc-deploy', uid: 1006, home: '/home/svc-deploy', shadow: '!' },
  // Exporters and agents, each where its own instructions put it.
  program('/usr/local/bin/node_exporter', 'prometheus node exporter 1.8'),
  ...unit('node_exporter.service', service('Node exporter', '/usr/local/bin/node_exporter')),
  program('/usr/bin/blackbox_exporter', 'prometheus blackbox exporter'),
  ...unit(
    'blackbox_exporter.service',
    service('Blackbox exporter', '/usr/bin/blackbox_exporter --config.file=/etc/blackbox.yml', 'User=nobody\n'),
  ),
  text('/etc/blackbox.yml', 'modules:\n  http_2xx:\n    prober: http\n'),
  program('/usr/bin/gitlab-runner', 'gitlab runner'),
  ...unit(
    'gitlab-runner.service',
    service(
      'GitLab Runner',
      '/usr/bin/gitlab-runner run --working-directory /home/ci --config /etc/gitlab-runner.toml',
    ),
  ),
  text('/etc/gitlab-runner.toml', 'concurrent = 4\n[[runners]]\n  url = "https://gitlab.invalid/"\n'),
  program('/usr/local/bin/k3s', 'k3s rancher'),
  { kind: 'link', path: '/usr/local/bin/kubectl', to: 'k3s' },
  { kind: 'link', path: '/usr/local/bin/crictl', to: 'k3s' },
  script(
    '/usr/local/bin/k3s-killall.sh',
    '#!/bin/sh\nfor bin in /var/lib/rancher/k3s/data/**/bin/; do pkill -9 -f "$bin"; done\nip link delete cni0\n',
  ),
  ...unit(
    'k3s.service',
    '[Service]\nType=notify\nEnvironmentFile=-/etc/default/k3s\nDelegate=yes\nExecStartPre=/bin/sh -xc "! /usr/bin/systemctl is-enabled --quiet nm-cloud-setup.service"\nExecStartPre=-/sbin/modprobe overlay\nExecStart=/usr/local/bin/k3s server\nRestart=always\nRestartSec=5s\n\n[Install]\nWantedBy=multi-user.target\n',
  ),
  text(
    '/var/lib/rancher/k3s/agent/pod-manifests/proxy.yaml',
    'apiVersion: v1\nkind: Pod\nmetadata:\n  name: proxy\nspec:\n  hostNetwork: true\n  containers:\n  - name: proxy\n    image: envoyproxy/envoy:v1.30\n    command: ["envoy", "-c", "/etc/envoy.yaml"]\n',
  ),
  program('/opt/datadog-agent/bin/agent/agent', 'datadog agent'),
  program('/opt/datadog-agent/embedded/bin/process-agent', 'datadog process agent'),
  ...unit(
    'datadog-agent.service',
    service('Datadog Agent', '/opt/datadog-agent/bin/agent/agent run -p /opt/run/agent.pid'),
  ),
  program('/opt/containerd/bin/containerd-shim-runc-v2', 'containerd shim'),
  // Built and unpacked by hand.
  program('/usr/local/nginx/sbin/nginx', 'nginx 1.27 built here'),
  ...unit(
    'nginx-local.service',
    '[Service]\nType=forking\nExecStartPre=/usr/local/nginx/sbin/nginx -t\nExecStart=/usr/local/nginx/sbin/nginx\nExecReload=/bin/kill -s HUP $MAINPID\n\n[Install]\nWantedBy=multi-user.target\n',
  ),
  program('/usr/local/sbin/haproxy', 'haproxy 3'),
  program('/usr/local/bin/restic', 'restic 0.17'),
  program('/usr/local/bin/minio', 'minio'),
  ...unit(
    'minio.service',
    '[Service]\nEnvironmentFile=-/etc/default/minio\nExecStart=/usr/local/bin/minio server $MINIO_OPTS $MINIO_VOLUMES\nRestart=always\n\n[Install]\nWantedBy=multi-user.target\n',
  ),
  { kind: 'file', path: '/usr/local/bin/ping-legacy', content: { lookalike: {}, words: 'ping' }, mode: 0o4755 },
  program('/srv/game/bedrock_server', 'bedrock'),
  ...unit('game.service', service('Game server', '/srv/game/bedrock_server', 'User=ci\nWorkingDirectory=/srv/game\n')),
  program('/usr/share/elasticsearch/jdk/bin/java', 'jdk'),
  // Libraries and memory.
  program('/usr/local/lib/libjemalloc.so.2', 'jemalloc built here'),
  ...unit(
    'app.service',
    service(
      'App',
      '/opt/app/current/bin/server -c /opt/app/shared/config.json',
      'Environment=LD_PRELOAD=/usr/local/lib/libjemalloc.so.2\n',
    ),
  ),
  program('/opt/app/current/bin/server', 'app server'),
  text(
    '/opt/app/shared/config.json',
    '{"url":"https://api.invalid:443","user":"app","pass":"secret","keepalive":true,"tls":true,"log-file":"/var/log/app.log"}\n',
  ),
  text(
    '/etc/sysctl.d/97-oracle-database.conf',
    'fs.file-max = 6815744\nkernel.shmmax = 4398046511104\nkernel.sem = 250 32000 100 128\nvm.nr_hugepages = 4096\n',
  ),
  program('/u01/app/oracle/product/19/dbhome_1/bin/oracle', 'oracle 19'),
  ...unit(
    'dbora.service',
    service('Oracle', '/u01/app/oracle/product/19/dbhome_1/bin/dbstart /u01/app/oracle/product/19/dbhome_1'),
  ),
  script('/u01/app/oracle/product/19/dbhome_1/bin/dbstart', '#!/bin/sh\necho starting\n'),
  // Certificates, language managers, homes.
  script(
    '/root/.acme.sh/acme.sh',
    '#!/usr/bin/env sh\nVER=3.0.8\ncurl -sSL https://get.acme.sh | sh\n_debug base64 -d\n',
  ),
  {
    kind: 'line',
    path: '/var/spool/cron/crontabs/root',
    text: '41 0 * * * "/root/.acme.sh"/acme.sh --cron --home "/root/.acme.sh" > /dev/null',
    mode: 0o600,
  },
  { kind: 'line', path: '/root/.bashrc', text: '. "/root/.acme.sh/acme.sh.env"' },
  program('/home/ci/.nvm/versions/node/v22.1.0/bin/node', 'node 22', 'ci'),
  script('/home/ci/.nvm/nvm.sh', '# nvm\nnvm_download() { curl --fail "$@"; }\n', 'ci'),
  {
    kind: 'line',
    path: '/home/ci/.bashrc',
    text: '[ -s "$HOME/.nvm/nvm.sh" ] && \\. "$HOME/.nvm/nvm.sh"',
    owner: 'ci',
  },
  text(
    '/home/ci/.pm2/dump.pm2',
    '[{"name":"api","pm_exec_path":"/home/ci/api/server.js","exec_interpreter":"node","pm_cwd":"/home/ci/api"}]\n',
    0o644,
    'ci',
  ),
  text('/home/ci/api/server.js', "require('http').createServer((q, r) => r.end('ok')).listen(3000)\n", 0o644, 'ci'),
  ...unit(
    'pm2-ci.service',
    '[Service]\nType=forking\nUser=ci\nEnvironment=PATH=/home/ci/.nvm/versions/node/v22.1.0/bin:/usr/bin:/bin\nEnvironment=PM2_HOME=/home/ci/.pm2\nExecStart=/home/ci/.nvm/versions/node/v22.1.0/lib/node_modules/pm2/bin/pm2 resurrect\nRestart=on-failure\n\n[Install]\nWantedBy=multi-user.target\n',
  ),
  script(
    '/home/ci/.nvm/versions/node/v22.1.0/lib/node_modules/pm2/bin/pm2',
    "#!/usr/bin/env node\nrequire('../lib/binaries/CLI.js')\n",
    'ci',
  ),
  program('/opt/venv/bin/python3', 'python copied into an environment'),
  program('/srv/api/.venv/bin/python3', 'python copied into an environment'),
  ...unit(
    'api.service',
    service('API', '/srv/api/.venv/bin/python3 -m gunicorn api.wsgi -b 127.0.0.1:8000', 'User=ci\n'),
  ),
  program('/home/anna/.cargo/bin/rg', 'ripgrep', 'anna'),
  program('/home/anna/.local/bin/uv', 'uv', 'anna'),
  text(
    '/home/anna/.config/systemd/user/syncthing.service',
    '[Service]\nExecStart=%h/.local/bin/syncthing serve --no-browser\nRestart=on-failure\n\n[Install]\nWantedBy=default.target\n',
    0o644,
    'anna',
  ),
  program('/home/anna/.local/bin/syncthing', 'syncthing', 'anna'),
  {
    kind: 'link',
    path: '/home/anna/.config/systemd/user/default.target.wants/syncthing.service',
    to: '/home/anna/.config/systemd/user/syncthing.service',
  },
  text('/var/lib/systemd/linger/anna', ''),
  {
    kind: 'line',
    path: '/home/anna/.bashrc',
    text: 'export PATH="$HOME/.cargo/bin:$HOME/.local/bin:$PATH"',
    owner: 'anna',
  },
  { kind: 'line', path: '/home/anna/.bashrc', text: "alias ls='ls --color=auto'", owner: 'anna' },
  // Containers.
  ...unit(
    'compose-shop.service',
    '[Unit]\nRequires=docker.service\n\n[Service]\nType=oneshot\nRemainAfterExit=yes\nWorkingDirectory=/srv/shop\nExecStart=/usr/bin/docker compose up -d\nExecStop=/usr/bin/docker compose down\n\n[Install]\nWantedBy=multi-user.target\n',
  ),
  text('/srv/shop/docker-compose.yml', 'services:\n  web:\n    image: nginx:1.27\n    restart: always\n'),
  text(
    `/var/lib/docker/containers/${container}/config.v2.json`,
    `${JSON.stringify({ ID: container, Name: '/cadvisor', Path: '/usr/bin/cadvisor', Args: ['-logtostderr'], Config: { Image: 'gcr.io/cadvisor/cadvisor:v0.49', Cmd: null, Entrypoint: ['/usr/bin/cadvisor', '-logtostderr'] }, State: { Running: false } })}\n`,
    0o600,
  ),
  text(
    `/var/lib/docker/containers/${container}/hostconfig.json`,
    '{"RestartPolicy":{"Name":"always"},"Privileged":true,"NetworkMode":"host","Binds":["/:/rootfs:ro","/var/run:/var/run:ro","/sys:/sys:ro"]}\n',
  ),
  // Hooks.
  text(
    '/etc/udev/rules.d/99-usb-backup.rules',
    'ACTION=="add", SUBSYSTEM=="block", ENV{ID_SERIAL}=="WD-1234", RUN+="/usr/local/sbin/usb-backup"\n',
  ),
  script('/usr/local/sbin/usb-backup', '#!/bin/sh\nmount /dev/disk/by-label/backup /mnt && rsync -a /srv/ /mnt/\n'),
  text(
    '/etc/apt/apt.conf.d/05etckeeper',
    'DPkg::Pre-Invoke { "if [ -x /usr/bin/etckeeper ]; then etckeeper pre-install; fi"; };\n',
  ),
  script(
    '/etc/.git/hooks/pre-commit',
    '#!/bin/sh\nset -e\n[ -x /usr/bin/etckeeper ] && etckeeper pre-commit -d /etc\n',
  ),
  text('/etc/.git/HEAD', 'ref: refs/heads/master\n'),
  script(
    '/srv/git/site.git/hooks/post-receive',
    '#!/bin/sh\nGIT_WORK_TREE=/var/www/site git checkout -f main\ncurl -fsS -X POST https://ci.invalid/hook -d ref=main >/dev/null\n',
  ),
  text('/srv/git/site.git/HEAD', 'ref: refs/heads/main\n'),
  script(
    '/etc/NetworkManager/dispatcher.d/90-ddns',
    '#!/bin/sh\n[ "$2" = up ] && curl -fsS https://ddns.invalid/update?host=lamp >/dev/null\n',
  ),
  script('/etc/update-motd.d/50-sysinfo', '#!/bin/sh\nprintf "Load: %s\\n" "$(cut -d" " -f1-3 /proc/loadavg)"\n'),
  text(
    '/etc/logrotate.d/nginx-local',
    '/usr/local/nginx/logs/*.log {\n  weekly\n  missingok\n  postrotate\n    [ ! -f /usr/local/nginx/logs/nginx.pid ] || kill -USR1 `cat /usr/local/nginx/logs/nginx.pid`\n  endscript\n}\n',
  ),
  script(
    '/etc/rc.local',
    '#!/bin/sh -e\n# a screen for the operators\nsu - anna -c "tmux new-session -d -s ops"\n/sbin/ethtool -K eth0 gro off\nexit 0\n',
  ),
  text('/etc/profile.d/go.sh', 'export PATH=$PATH:/usr/local/go/bin\nexport HISTTIMEFORMAT="%F %T "\n'),
  text(
    '/etc/systemd/system/ssh.service.d/override.conf',
    '[Service]\nRestart=always\nRestartSec=5\nOOMScoreAdjust=-1000\n',
  ),
  text('/usr/lib/python3/dist-packages/site-tools.pth', '/opt/site-tools\n'),
  script(
    '/etc/init.d/tomcat',
    '#!/bin/sh\n### BEGIN INIT INFO\n# Provides: tomcat\n# Required-Start: $network\n# Required-Stop:\n# Default-Start: 2 3 4 5\n# Default-Stop: 0 1 6\n# Short-Description: Tomcat\n### END INIT INFO\ncase $1 in start) su - ci -c /opt/tomcat/bin/startup.sh ;; stop) /opt/tomcat/bin/shutdown.sh ;; esac\n',
  ),
  { kind: 'link', path: '/etc/rc2.d/S01tomcat', to: '../init.d/tomcat' },
  script('/opt/tomcat/bin/startup.sh', '#!/bin/sh\nexec "$(dirname "$0")"/catalina.sh start "$@"\n'),
  text('/srv/app/.git/HEAD', 'ref: refs/heads/main\n'),
  text('/root/.gitconfig', '[user]\n\tname = Anna\n[alias]\n\tst = status\n[core]\n\teditor = vi\n'),
  // Jobs.
  text(
    '/etc/cron.d/uptime',
    '*/5 * * * * root curl -fsS -m 10 --retry 3 https://hc.invalid/ping/4f9c >/dev/null 2>&1\n* * * * * nobody wget -q -O /dev/null http://10.0.0.4/alive\n',
  ),
  text(
    '/etc/cron.d/geoip',
    '17 4 * * 2 root curl -sSL https://geo.invalid/db.tar.gz | tar -xz -C /usr/local/share/geoip\n',
  ),
  text('/etc/cron.d/wordpress', '*/15 * * * * www-data php /var/www/site/wp-cron.php >/dev/null 2>&1\n'),
  text('/etc/cron.d/laravel', '* * * * * www-data cd /var/www/site && php artisan schedule:run >> /dev/null 2>&1\n'),
  text('/etc/cron.d/cleanup', '10 3 * * * root find /tmp -type f -atime +10 -delete; rm -rf /var/tmp/build-*\n'),
  text(
    '/etc/cron.d/watch-worker',
    '* * * * * ci pgrep -f queue:work >/dev/null || nohup php /var/www/site/artisan queue:work >/dev/null 2>&1 &\n',
  ),
  {
    kind: 'line',
    path: '/var/spool/cron/crontabs/ci',
    text: '@reboot cd /home/ci/api && /home/ci/.nvm/versions/node/v22.1.0/bin/node server.js >/home/ci/api.log 2>&1 &',
    owner: 'ci',
    mode: 0o600,
  },
  { kind: 'line', path: '/var/spool/cron/crontabs/root', text: '@reboot /usr/local/sbin/firewall-up', mode: 0o600 },
  script('/usr/local/sbin/firewall-up', '#!/bin/sh\nsleep 10\niptables-restore < /etc/iptables.rules\n'),
  script(
    '/etc/cron.daily/db-dump',
    '#!/bin/bash\nset -euo pipefail\nPGPASSWORD=secret pg_dumpall | gzip > /var/backups/db.gz\ncurl -fsS --upload-file /var/backups/db.gz https://backup.invalid/db.gz\n',
  ),
  script(
    '/etc/cron.weekly/blocklist',
    '#!/bin/sh\ncurl -sSf https://lists.invalid/drop.txt -o /etc/blocklist.txt\nipset flush drop\nwhile read -r net; do ipset add drop "$net"; done < /etc/blocklist.txt\n',
  ),
  script(
    '/root/bin/get-tool.sh',
    '#!/bin/sh\ncurl -fsSL https://downloads.invalid/tool.tar.gz | tar -xz -C /usr/local/bin tool\nchmod +x /usr/local/bin/tool\n',
  ),
  script(
    '/root/bin/add-repo.sh',
    '#!/bin/sh\nwget -qO- https://keys.invalid/key.asc | gpg --dearmor > /etc/apt/keyrings/x.gpg\necho "deb [signed-by=/etc/apt/keyrings/x.gpg] https://apt.invalid stable main" > /etc/apt/sources.list.d/x.list\n',
  ),
  script('/root/bin/all.sh', '#!/bin/bash\nwhile read -r host; do ssh -n "$host" "$@"; done < ~/hosts\n'),
  script(
    '/root/bin/keys.sh',
    `#!/bin/sh\nfor user in anna ci; do install -d -m 700 /home/$user/.ssh; echo '${loginKey('ssh-ed25519', 'anna', 'anna@laptop')}' >> /home/$user/.ssh/authorized_keys; done\n`,
  ),
  script('/usr/local/bin/check-mem.sh', '#!/bin/bash\nps aux --sort=-%mem | grep -v grep | head -5 | logger -t mem\n'),
  text('/etc/cron.d/check-mem', '*/10 * * * * root /usr/local/bin/check-mem.sh\n'),
  script(
    '/usr/local/bin/watch-app.sh',
    '#!/bin/bash\nwhile true; do\n  curl -fsS http://127.0.0.1:8000/health >/dev/null || systemctl restart api\n  sleep 30\ndone\n',
  ),
  ...unit('watch-app.service', service('Watch the app', '/usr/local/bin/watch-app.sh')),
  script(
    '/usr/local/bin/deploy.sh',
    '#!/bin/bash\nset -e\ncurl -fsSL "https://artifacts.invalid/app-$1.tgz" -o /tmp/app.tgz\ntar -xzf /tmp/app.tgz -C /opt/app\nchmod +x /opt/app/current/bin/server\nsystemctl restart app\n',
  ),
  ...unit(
    'restic.service',
    '[Service]\nType=oneshot\nEnvironmentFile=/etc/restic.env\nExecStart=/usr/local/bin/restic backup /srv /etc\nExecStartPost=/usr/bin/curl -fsS https://hc.invalid/ping/restic\n',
  ),
  ...unit('restic.timer', '[Timer]\nOnCalendar=03:30\nPersistent=true\n\n[Install]\nWantedBy=timers.target\n'),
  // Who may do what.
  {
    kind: 'line',
    path: '/root/.ssh/authorized_keys',
    text: loginKey('ssh-ed25519', 'anna', 'anna@laptop'),
    mode: 0o600,
  },
  {
    kind: 'line',
    path: '/root/.ssh/authorized_keys',
    text: `from="10.0.0.5",command="rrsync -ro /srv" ${loginKey('ssh-rsa', 'backup host', 'backup@vault')}`,
    mode: 0o600,
  },
  {
    kind: 'line',
    path: '/home/anna/.ssh/authorized_keys',
    text: loginKey('ssh-ed25519', 'anna', 'anna@laptop'),
    owner: 'anna',
    mode: 0o600,
  },
  {
    kind: 'line',
    path: '/home/ci/.ssh/authorized_keys',
    text: loginKey('ssh-ed25519', 'anna', 'anna@laptop'),
    owner: 'ci',
    mode: 0o600,
  },
  {
    kind: 'line',
    path: '/home/svc-deploy/.ssh/authorized_keys',
    text: loginKey('ssh-ed25519', 'deploy', 'deploy@ci'),
    owner: 'svc-deploy',
    mode: 0o600,
  },
  {
    kind: 'line',
    path: '/home/git/.ssh/authorized_keys',
    text: `command="/home/git/bin/gitea serv key-1",no-port-forwarding,no-pty ${loginKey('ssh-ed25519', 'git user', 'git')}`,
    owner: 'git',
    mode: 0o600,
  },
  program('/home/git/bin/gitea', 'gitea', 'git'),
  text('/etc/sudoers.d/90-cloud-init-users', '# Created by cloud-init\nanna ALL=(ALL) NOPASSWD:ALL\n', 0o440),
  text('/etc/sudoers.d/ansible', 'ci ALL=(ALL) NOPASSWD: ALL\n', 0o440),
  text(
    '/etc/sudoers.d/deploy',
    'svc-deploy ALL=(root) NOPASSWD: /usr/bin/systemctl restart app, /usr/local/bin/deploy.sh\n',
    0o440,
  ),
  text(
    '/etc/ssh/sshd_config.d/50-ops.conf',
    'PasswordAuthentication no\nPermitRootLogin prohibit-password\nAllowUsers root anna git ci svc-deploy\n',
  ),
  text('/etc/rsyncd.conf', '[pub]\npath = /srv/pub\nread only = yes\n'),
  // Names.
  { kind: 'line', path: '/etc/hosts', text: '127.0.0.1 shop.test api.shop.test' },
  { kind: 'line', path: '/etc/hosts', text: '0.0.0.0 doubleclick.net' },
  { kind: 'line', path: '/etc/hosts', text: '0.0.0.0 ads.example.com tracker.example.net' },
  { kind: 'line', path: '/etc/hosts', text: '10.0.0.4 registry.internal' },
  { kind: 'attribute', path: '/etc/resolv.conf', flag: 'i' },
  // Hidden, and known to everybody who deploys.
  program('/app/.venv/bin/python3', 'python of the app'),
  script('/app/.venv/bin/gunicorn', '#!/app/.venv/bin/python3\nfrom gunicorn.app.wsgiapp import run\nrun()\n'),
  ...unit('gunicorn.service', service('Gunicorn', '/app/.venv/bin/gunicorn -b 127.0.0.1:9000 app:app', 'User=ci\n')),
  script('/data/web/node_modules/.bin/next', "#!/usr/bin/env node\nrequire('../next/dist/bin/next')\n"),
  ...unit('next.service', service('Next', '/data/web/node_modules/.bin/next start', 'User=ci\n')),
  script('/usr/lib/node_modules/pm2/node_modules/.bin/pm2', "#!/usr/bin/env node\nrequire('../bin/pm2')\n"),
  text('/etc/cron.d/pm2', '@reboot ci /usr/lib/node_modules/pm2/node_modules/.bin/pm2 resurrect\n'),
  script('/etc/webmin/.start-init', '#!/bin/sh\nexec /usr/share/webmin/miniserv.pl /etc/webmin/miniserv.conf\n'),
  ...unit('webmin.service', service('Webmin', '/etc/webmin/.start-init', 'Type=forking\n')),
  program('/usr/lib/oneagent/liboneagentproc.so', 'dynatrace'),
  { kind: 'line', path: '/etc/ld.so.preload', text: '/usr/lib/oneagent/liboneagentproc.so' },
  script('/www/server/panel/BT-Panel', '#!/usr/bin/env python3\nprint("panel")\n'),
  script(
    '/www/server/cron/5f3a9c',
    '#!/bin/bash\nPATH=/bin:/usr/bin\n/usr/bin/tar -czf /www/backup/site.tgz /www/wwwroot/site\n',
  ),
  {
    kind: 'line',
    path: '/var/spool/cron/crontabs/root',
    text: '30 1 * * * /www/server/cron/5f3a9c >> /www/server/cron/5f3a9c.log 2>&1',
    mode: 0o600,
  },
  text('/etc/.java/.systemPrefs/.system.lock', ''),
  program('/var/lib/rancher/k3s/data/current/bin/containerd', 'containerd of k3s'),
  script(
    '/opt/actions-runner/run.sh',
    '#!/bin/bash\ncd "$(dirname "$0")" || exit\nwhile :; do ./run-helper.sh "$@"; [ $? -eq 2 ] || exit; sleep 5; done\n',
  ),
  ...unit('actions.runner.service', service('GitHub Actions runner', '/opt/actions-runner/run.sh', 'User=ci\n')),
  script(
    '/usr/local/bin/kill-miners.sh',
    '#!/bin/sh\n# left from the incident of 2025\npkill -9 kdevtmpfsi; pkill -9 kinsing; rm -f /tmp/kdevtmpfsi /tmp/config.json\n',
  ),
  // Odd and harmless.
  text('/srv/pub/logo.png', '\u0089PNG not a real picture\n'),
  text('/tmp/notes.txt', 'try: curl -fsSL https://get.docker.com | sh\n'),
  script('/tmp/npm-install-4f/run.sh', '#!/bin/sh\nnode-gyp rebuild\n'),
  text('/var/www/site/wp-cron.php', '<?php define("DOING_CRON", true);\n', 0o644, 'www-data'),
  text('/root/xmrig-incident-2025.md', '# what we found\nxmrig at /tmp/kdevtmpfsi talked to stratum+tcp://pool:3333\n'),
  ...livedInSites,
]
