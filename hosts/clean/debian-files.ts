/**
 * Lines as Debian's own packages install them, which come near to what droppers write: jobs that test and fetch, units with shells in them,
 * rotation that kills, hooks of apt, of networks and of kernels, stacks of PAM. Names and commands are the real ones; comments are left out.
 */
export const debianFiles: Readonly<Record<string, string | { readonly content: string; readonly mode: number }>> = {
  '/etc/debian_version': '12.15\n',
  '/etc/cron.d/certbot':
    "SHELL=/bin/sh\n0 */12 * * * root test -x /usr/bin/certbot -a \\! -d /run/systemd/system && perl -e 'sleep int(rand(43200))' && certbot -q renew --no-random-sleep-on-renew\n",
  '/etc/cron.d/php':
    '09,39 * * * * root [ -x /usr/lib/php/sessionclean ] && if [ ! -d /run/systemd/system ]; then /usr/lib/php/sessionclean; fi\n',
  '/etc/cron.d/mdadm':
    '57 0 * * 0 root if [ -x /usr/share/mdadm/checkarray ] && [ $(date +\\%d) -le 7 ]; then /usr/share/mdadm/checkarray --cron --all --idle --quiet; fi\n',
  '/etc/cron.d/sysstat':
    '5-55/10 * * * * root command -v debian-sa1 > /dev/null && debian-sa1 1 1\n59 23 * * * root command -v debian-sa1 > /dev/null && debian-sa1 60 2\n',
  '/etc/cron.d/e2scrub_all':
    '30 3 * * 0 root test -e /run/systemd/system || SERVICE_MODE=1 /usr/lib/x86_64-linux-gnu/e2fsprogs/e2scrub_all_cron\n',
  '/etc/cron.d/awstats':
    '*/10 * * * * www-data [ -x /usr/share/awstats/tools/update.sh ] && /usr/share/awstats/tools/update.sh\n',
  '/etc/cron.d/munin-node':
    '*/5 * * * * root if [ -x /etc/munin/plugins/apt_all ]; then /etc/munin/plugins/apt_all update 7200 12 >/dev/null; elif [ -x /etc/munin/plugins/apt ]; then /etc/munin/plugins/apt update 7200 12 >/dev/null; fi\n',
  '/etc/cron.d/popularity-contest':
    '44 22 * * * root test -x /etc/cron.daily/popularity-contest && /etc/cron.daily/popularity-contest --crond\n',
  '/etc/cron.d/geoipupdate':
    '47 6 * * 3 root test -x /usr/bin/geoipupdate && grep -q "^AccountID .*[^0]\\+" /etc/GeoIP.conf && test ! -d /run/systemd/system && /usr/bin/geoipupdate\n',
  '/etc/cron.d/rsnapshot': '# 0 */4 * * * root /usr/bin/rsnapshot alpha\n30 3 * * * root /usr/bin/rsnapshot beta\n',
  '/etc/cron.daily/spamassassin': {
    content:
      '#!/bin/sh\nset -e\nCRON=0\ntest -f /etc/default/spamassassin && . /etc/default/spamassassin\n[ "$CRON" != "0" ] || exit 0\nsleep $(od -vAn -N4 -tu4 < /dev/urandom | awk \'{print $1 % 3600}\')\numask 022\nsetpriv --reuid=debian-spamd sa-update --gpghomedir /var/lib/spamassassin/sa-update-keys\n',
    mode: 0o755,
  },
  '/etc/cron.daily/rkhunter': {
    content:
      '#!/bin/sh\nRKHUNTER=/usr/bin/rkhunter\ntest -x $RKHUNTER || exit 0\nOUTFILE=`mktemp` || exit 1\n/usr/bin/nice -n $NICE $RKHUNTER --cronjob --report-warnings-only --appendlog > $OUTFILE\nif [ -s "$OUTFILE" ]; then (echo "Subject: [rkhunter] $(hostname) - Daily report"; cat $OUTFILE) | /usr/sbin/sendmail $REPORT_EMAIL; fi\nrm -f $OUTFILE\n',
    mode: 0o755,
  },
  '/etc/cron.weekly/rkhunter': {
    content:
      '#!/bin/sh\ncase "$CRON_DB_UPDATE" in\n[YyTt]*)\n  $RKHUNTER --versioncheck --nocolors --appendlog\n  $RKHUNTER --update --nocolors --appendlog >$OUTFILE 2>&1\n;;\nesac\nexit 0\n',
    mode: 0o755,
  },
  '/etc/cron.daily/man-db': {
    content:
      "#!/bin/sh\nset -e\nif ! [ -d /var/cache/man ]; then install -d -o man -g man -m 0755 /var/cache/man; fi\ncd /var/cache/man && (find . -type d -empty -print0 | xargs -0r rmdir) 2>/dev/null\nstart-stop-daemon --start --pidfile /dev/null --startas /bin/sh --oknodo --chuid man $iosched_idle -- -c 'find /var/cache/man -type f -name *.gz -atime +6 -print0 | xargs -r0 rm -f'\n",
    mode: 0o755,
  },
  '/etc/cron.daily/aptitude': {
    content:
      '#!/bin/sh\nif cp -p $0 /dev/null; then :; fi\nCMP_ARGS="-s"\n[ -x /usr/bin/savelog ] && cd /var/backups && savelog -c 6 aptitude.pkgstates >/dev/null\n',
    mode: 0o755,
  },
  // Units that carry a shell, another root, or a loop.
  '/lib/systemd/system/nginx.service':
    "[Service]\nType=forking\nPIDFile=/run/nginx.pid\nExecStartPre=/usr/sbin/nginx -t -q -g 'daemon on; master_process on;'\nExecStart=/usr/sbin/nginx -g 'daemon on; master_process on;'\nExecReload=/usr/sbin/nginx -g 'daemon on; master_process on;' -s reload\nExecStop=-/sbin/start-stop-daemon --quiet --stop --retry QUIT/5 --pidfile /run/nginx.pid\n[Install]\nWantedBy=multi-user.target\n",
  '/lib/systemd/system/fail2ban.service':
    '[Service]\nEnvironment="PYTHONNOUSERSITE=1"\nExecStart=/usr/bin/fail2ban-server -xf start\nExecStop=/usr/bin/fail2ban-client stop\nRestart=on-failure\nRestartPreventExitStatus=0 255\n[Install]\nWantedBy=multi-user.target\n',
  '/lib/systemd/system/snmpd.service':
    '[Service]\nExecStart=/usr/sbin/snmpd -LOw -u Debian-snmp -g Debian-snmp -I -smux,mteTrigger,mteTriggerConf -f\nExecReload=/bin/kill -HUP $MAINPID\n[Install]\nWantedBy=multi-user.target\n',
  '/lib/systemd/system/mariadb.service':
    '[Service]\nUser=mysql\nExecStartPre=+/usr/bin/install -m 755 -o mysql -g root -d /var/run/mysqld\nExecStartPre=/bin/sh -c "systemctl unset-environment _WSREP_START_POSITION"\nExecStartPre=/bin/sh -c "[ ! -e /usr/bin/galera_recovery ] && VAR= || VAR=`cd /usr/bin/..; /usr/bin/galera_recovery`; [ $? -eq 0 ] && systemctl set-environment _WSREP_START_POSITION=$VAR || exit 1"\nExecStart=/usr/sbin/mariadbd $MYSQLD_OPTS $_WSREP_NEW_CLUSTER $_WSREP_START_POSITION\nRestart=on-abort\n[Install]\nWantedBy=multi-user.target\n',
  '/lib/systemd/system/podman-auto-update.service':
    '[Service]\nType=oneshot\nExecStart=/usr/bin/podman auto-update\nExecStartPost=/usr/bin/podman image prune -f\n',
  '/lib/systemd/system/motd-news.service':
    '[Service]\nType=oneshot\nExecStart=/etc/update-motd.d/50-motd-news --force\n',
  '/lib/systemd/system/systemd-nspawn@.service':
    '[Service]\nExecStart=systemd-nspawn --quiet --keep-unit --boot --link-journal=try-guest --network-veth -U --settings=override --machine=%i\nKillMode=mixed\n',
  '/lib/systemd/system/rc-local.service': '[Service]\nType=forking\nExecStart=/etc/rc.local start\nTimeoutSec=0\n',
  '/lib/systemd/system/debug-shell.service':
    '[Service]\nExecStart=/bin/bash\nRestart=always\nStandardInput=tty\nTTYPath=/dev/tty9\nKillMode=process\n',
  '/lib/systemd/system/apt-news.service':
    '[Service]\nType=oneshot\nExecStart=/usr/bin/python3 /usr/lib/ubuntu-advantage/apt_news.py\n',
  // What rotation runs.
  '/etc/logrotate.d/apache2':
    '/var/log/apache2/*.log {\n  daily\n  sharedscripts\n  prerotate\n    if [ -d /etc/logrotate.d/httpd-prerotate ]; then run-parts /etc/logrotate.d/httpd-prerotate; fi\n  endscript\n  postrotate\n    if pgrep -f ^/usr/sbin/apache2 > /dev/null; then invoke-rc.d apache2 reload 2>&1 | logger -t apache2.logrotate; fi\n  endscript\n}\n',
  '/etc/logrotate.d/mysql-server':
    '/var/log/mysql/mysql.log {\n  postrotate\n    test -x /usr/bin/mysqladmin || exit 0\n    MYADMIN="/usr/bin/mysqladmin --defaults-file=/etc/mysql/debian.cnf"\n    if [ -z "`$MYADMIN ping 2>/dev/null`" ]; then if ps cax | grep -q mysqld; then exit 1; fi; else $MYADMIN flush-logs; fi\n  endscript\n}\n',
  '/etc/logrotate.d/rsyslog': '/var/log/syslog\n{\n  postrotate\n    /usr/lib/rsyslog/rsyslog-rotate\n  endscript\n}\n',
  '/etc/logrotate.d/squid':
    '/var/log/squid/*.log {\n  postrotate\n    test ! -e /run/squid.pid || test ! -x /usr/sbin/squid || /usr/sbin/squid -k rotate\n  endscript\n}\n',
  // Hooks.
  '/etc/apt/apt.conf.d/05etckeeper':
    'DPkg::Pre-Invoke { "if [ -x /usr/bin/etckeeper ]; then etckeeper pre-install; fi"; };\n',
  '/etc/apt/apt.conf.d/50appstream':
    'APT::Update::Post-Invoke-Success { "if /usr/bin/test -w /var/cache/swcatalog -a -e /usr/bin/appstreamcli; then appstreamcli refresh-cache > /dev/null; fi"; };\n',
  '/etc/apt/apt.conf.d/20packagekit':
    'DPkg::Post-Invoke { "/usr/bin/test -e /usr/share/dbus-1/system-services/org.freedesktop.PackageKit.service && /usr/bin/test -S /var/run/dbus/system_bus_socket && /usr/bin/gdbus call --system --dest org.freedesktop.PackageKit --object-path /org/freedesktop/PackageKit --timeout 4 --method org.freedesktop.PackageKit.StateHasChanged cache-update > /dev/null; /bin/echo > /dev/null"; };\n',
  '/etc/apt/apt.conf.d/90rkhunter':
    'DPkg::Post-Invoke { "if [ -x /usr/bin/rkhunter ] && grep -qiE \'^APT_AUTOGEN=.?(true|yes)\' /etc/default/rkhunter; then /usr/share/rkhunter/scripts/rkhupd.sh; fi"; };\n',
  '/etc/apt/apt.conf.d/docker-clean':
    'DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true"; };\n',
  '/etc/dpkg/dpkg.cfg.d/pkg-config-hook-config':
    'post-invoke=if { test "$DPKG_HOOK_ACTION" = add-architecture; } && test -x /usr/share/pkg-config-dpkghook; then /usr/share/pkg-config-dpkghook update; fi\n',
  '/etc/NetworkManager/dispatcher.d/01-ifupdown': {
    content:
      '#!/bin/sh -e\nif [ -z "$1" ]; then echo "$0: called with no interface" 1>&2; exit 1; fi\n[ ! -d "/etc/network/if-$2.d" ] || run-parts "/etc/network/if-$2.d"\n',
    mode: 0o755,
  },
  '/etc/NetworkManager/dispatcher.d/20-chrony-onoffline': {
    content:
      '#!/bin/sh\nchronyc=/usr/bin/chronyc\n[ -x "$chronyc" ] || exit 0\n$chronyc onoffline > /dev/null 2>&1\nexit 0\n',
    mode: 0o755,
  },
  '/etc/network/if-up.d/wpasupplicant': {
    content: '#!/bin/sh\n. /etc/wpa_supplicant/functions.sh\nwpa_cli -i "$WPA_IFACE" status\n',
    mode: 0o755,
  },
  '/etc/ppp/ip-up.d/0000usepeerdns': {
    content:
      '#!/bin/sh -e\n[ "$USEPEERDNS" ] || exit 0\nif [ -x /sbin/resolvconf ]; then cat /etc/ppp/resolv.conf | /sbin/resolvconf -a "$PPP_IFACE"; fi\n',
    mode: 0o755,
  },
  '/etc/kernel/postinst.d/initramfs-tools': {
    content:
      '#!/bin/sh -e\nversion="$1"\n[ -x /usr/sbin/update-initramfs ] || exit 0\nINITRAMFS_TOOLS_KERNEL_HOOK=1 update-initramfs -c -k "$version" $bootopt >&2\n',
    mode: 0o755,
  },
  '/etc/update-motd.d/92-unattended-upgrades': {
    content:
      '#!/bin/sh\nif [ -x /usr/share/unattended-upgrades/update-motd-unattended-upgrades ]; then exec /usr/share/unattended-upgrades/update-motd-unattended-upgrades\nfi\n',
    mode: 0o755,
  },
  '/etc/update-motd.d/50-motd-news': {
    content:
      '#!/bin/sh\n[ "$ENABLED" = "1" ] || exit 0\nNEWS=$(mktemp) || exit 1\nif curl --connect-timeout "$WAIT" --max-time "$WAIT" -A "$USER_AGENT" -o- "$u" >"$NEWS" 2>"$ERR"; then safe_print "$NEWS"; fi\nrm -f "$NEWS" "$ERR"\n',
    mode: 0o755,
  },
  '/lib/udev/rules.d/85-hwclock.rules': 'KERNEL=="rtc0", RUN+="/lib/udev/hwclock-set $root/$name"\n',
  '/lib/udev/rules.d/80-ifupdown.rules':
    'SUBSYSTEM=="net", ACTION=="add|remove", ENV{SYSTEMD_WANTS}+="ifup@$name.service", RUN+="ifupdown-hotplug"\n',
  '/lib/udev/rules.d/60-ipmi.rules':
    'SUBSYSTEM=="misc", ACTION=="add", DEVPATH=="/devices/virtual/misc/vmnet", RUN+="/bin/sh -c \'echo 1 > /proc/sys/net/ipv4/ip_forward\'"\n',
  '/etc/profile.d/bash_completion.sh':
    'if [ "x$BASH_VERSION" != x -a "x$PS1" != x ]; then\n  [ -r "$XDG_CONFIG_HOME/bash_completion" ] && . "$XDG_CONFIG_HOME/bash_completion"\nfi\n',
  '/etc/profile.d/vte-2.91.sh':
    '[ -n "$BASH_VERSION" ] || return 0\n__vte_prompt_command() { printf "\\033]7;file://%s%s\\033\\\\" "$HOSTNAME" "$PWD"; }\nPROMPT_COMMAND="__vte_prompt_command"\n',
  '/etc/profile.d/Z99-cloud-locale-test.sh':
    '(\n  [ -f "$HOME/.cloud-locale-test.skip" ] && exit\n  env | grep -q LANG && :\n)\n',
  // Logins.
  '/etc/pam.d/common-auth':
    'auth [success=2 default=ignore] pam_unix.so nullok\nauth [success=1 default=ignore] pam_sss.so use_first_pass\nauth requisite pam_deny.so\nauth required pam_permit.so\nauth optional pam_cap.so\n',
  '/etc/pam.d/common-session':
    'session [default=1] pam_permit.so\nsession requisite pam_deny.so\nsession required pam_permit.so\nsession required pam_unix.so\nsession optional pam_systemd.so\n',
  '/etc/pam.d/su': 'auth sufficient pam_rootok.so\nsession required pam_env.so readenv=1\n@include common-auth\n',
  '/etc/pam.d/cockpit':
    'auth substack common-auth\nauth optional pam_ssh_add.so\naccount required pam_nologin.so\nsession optional pam_ssh_add.so\n',
  '/etc/pam.d/samba': '@include common-auth\n@include common-account\n',
  '/etc/sudoers':
    'Defaults env_reset\nDefaults secure_path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"\nroot ALL=(ALL:ALL) ALL\n%sudo ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n',
  '/etc/sudoers.d/zabbix': 'zabbix ALL=(ALL) NOPASSWD: /usr/bin/nmap -O *, /usr/sbin/smartctl\n',
  '/etc/sudoers.d/icinga':
    'nagios ALL=(root) NOPASSWD: /usr/lib/nagios/plugins/check_smart, /usr/bin/apt-get -s upgrade\n',
  '/etc/sudoers.d/90-cloud-init-users': 'debian ALL=(ALL) NOPASSWD:ALL\n',
  '/etc/passwd':
    'root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\nsync:x:4:65534:sync:/bin:/bin/sync\ngames:x:5:60:games:/usr/games:/usr/sbin/nologin\nlist:x:38:38:Mailing List Manager:/var/list:/usr/sbin/nologin\nwww-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\nbackup:x:34:34:backup:/var/backups:/usr/sbin/nologin\npostgres:x:106:113:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash\ngitolite3:x:110:117::/var/lib/gitolite3:/bin/bash\nlibvirt-qemu:x:64055:106:Libvirt Qemu,,,:/var/lib/libvirt:/usr/sbin/nologin\nrabbitmq:x:112:119::/var/lib/rabbitmq:/usr/sbin/nologin\nzabbix:x:113:120::/var/lib/zabbix/:/usr/sbin/nologin\ndebian:x:1000:1000:Debian:/home/debian:/bin/bash\n',
  '/etc/shadow':
    'root:*:20000:0:99999:7:::\ndaemon:*:20000:0:99999:7:::\nwww-data:*:20000:0:99999:7:::\npostgres:!:20000::::::\ngitolite3:!:20000::::::\ndebian:!:20000:0:99999:7:::\n',
  '/etc/inetd.conf':
    '#:INTERNAL: Internal services\n#discard stream tcp nowait root internal\nmunin stream tcp nowait root /usr/sbin/munin-node munin-node\n',
  '/etc/xinetd.d/rsync':
    'service rsync\n{\n  disable = yes\n  socket_type = stream\n  wait = no\n  user = root\n  server = /usr/bin/rsync\n  server_args = --daemon\n}\n',
  '/etc/aliases': 'postmaster: root\nclamav: root\nlogcheck: root\n',
  '/etc/skel/.bashrc':
    "case $- in *i*) ;; *) return;; esac\nalias ls='ls --color=auto'\nalias grep='grep --color=auto'\n",
  '/root/.bashrc': "# export LS_OPTIONS='--color=auto'\n# eval \"$(dircolors)\"\nalias rm='rm -i'\n",
  '/root/.profile': 'if [ "$BASH" ]; then if [ -f ~/.bashrc ]; then . ~/.bashrc; fi; fi\nmesg n 2> /dev/null || true\n',
  '/etc/rc.local': { content: '#!/bin/sh -e\nexit 0\n', mode: 0o755 },
  '/etc/hosts': '127.0.0.1 localhost\n127.0.1.1 lamp.example lamp\n::1 localhost ip6-localhost ip6-loopback\n',
  '/etc/security/pwquality.conf': 'minlen = 12\n',
  '/etc/binfmt.d/qemu.conf': ':qemu-aarch64:M::\\x7fELF:\\xff:/usr/bin/qemu-aarch64-static:OCF\n',
}
