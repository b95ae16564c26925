import { memoryTarget, type MemoryFile } from '../../../target/index.ts'
import { collectFacts } from '../../collect.ts'
import { linuxCollectors } from '../index.ts'

/** Places that collectors read as text; where it lies decides which of them. */
const places = [
  '/etc/passwd /etc/shadow /etc/group /etc/gshadow /etc/login.defs /etc/shells /etc/hosts /etc/resolv.conf /etc/hostname /etc/os-release',
  '/etc/ld.so.preload /etc/ld.so.conf /etc/ld.so.conf.d/x.conf /etc/environment /etc/security/pam_env.conf /etc/pam.d/sshd /etc/sudoers /etc/sudoers.d/x',
  '/etc/crontab /etc/anacrontab /etc/cron.d/x /etc/cron.daily/x /var/spool/cron/root /var/spool/cron/crontabs/root /var/spool/at/a0001 /var/spool/incron/root',
  '/etc/systemd/system/x.service /etc/systemd/system/x.timer /etc/systemd/system/x.path /etc/systemd/system/x.socket /etc/systemd/system.conf /etc/systemd/user/x.service /run/systemd/system/x.service',
  '/etc/tmpfiles.d/x.conf /etc/init.d/x /etc/rc.local /etc/inittab /etc/init/x.conf /etc/profile /etc/profile.d/x.sh /etc/bash.bashrc /etc/zsh/zshrc /root/.bashrc /root/.profile /root/.bash_profile /root/.zshrc /root/.bash_logout',
  '/root/.ssh/authorized_keys /root/.ssh/rc /root/.ssh/config /etc/ssh/sshd_config /etc/ssh/sshd_config.d/x.conf /etc/ssh/ssh_config /root/.config/autostart/x.desktop /etc/xdg/autostart/x.desktop',
  '/etc/udev/rules.d/x.rules /etc/update-motd.d/x /etc/apt/apt.conf.d/x /etc/apt/apt.conf /etc/dpkg/dpkg.cfg /etc/yum.conf /etc/dnf/dnf.conf /etc/pacman.d/hooks/x.hook /etc/binfmt.d/x.conf /etc/modules-load.d/x.conf /etc/modprobe.d/x.conf /etc/modules',
  '/etc/NetworkManager/dispatcher.d/x /etc/network/interfaces /etc/dhcp/dhclient-exit-hooks.d/x /etc/acpi/events/x /etc/wireguard/x.conf /etc/openvpn/x.conf /etc/logrotate.conf /etc/logrotate.d/x /etc/xinetd.d/x /etc/inetd.conf /etc/monit/monitrc /etc/monit.d/x',
  '/etc/supervisor/supervisord.conf /etc/supervisor/conf.d/x.conf /root/.pm2/dump.pm2 /etc/kubernetes/manifests/x.yaml /var/lib/kubelet/config.yaml /etc/containers/systemd/x.container /etc/docker/daemon.json /var/lib/docker/containers/0123456789abcdef/config.v2.json',
  '/etc/sysctl.conf /etc/sysctl.d/x.conf /etc/selinux/config /etc/rsyslog.conf /etc/audit/auditd.conf /etc/redis/redis.conf /etc/mysql/my.cnf /root/.gitconfig /etc/gitconfig /srv/x/.git/config /srv/x/.git/hooks/post-merge /root/.vimrc /root/.tmux.conf /root/.screenrc /root/.inputrc /root/.mailcap /root/.forward /root/.procmailrc /root/.wgetrc /root/.curlrc',
  '/usr/lib/python3/dist-packages/x.pth /usr/lib/python3/dist-packages/sitecustomize.py /etc/php/8.2/cli/php.ini /etc/php.ini /root/.npmrc /etc/npmrc /var/log/auth.log /var/log/secure /tmp/x.sh /tmp/x.json /tmp/x /dev/shm/.x /usr/local/bin/x /opt/x/run.sh',
  '/lib/x86_64-linux-gnu/security/x /var/lib/dpkg/status /var/lib/dpkg/info/x.list /var/lib/dpkg/info/x.md5sums /lib/apk/db/installed /proc/mounts /etc/fstab /etc/cloud/cloud.cfg /etc/grub.d/40_custom /boot/grub/grub.cfg /etc/default/grub /etc/initramfs-tools/hooks/x /etc/initramfs-tools/scripts/local-top/x',
].flatMap(line => line.split(' '))

/** Texts that a careless pattern tries to divide in more ways than there is time for. */
export const endlessTexts: Readonly<Record<string, (length: number) => string>> = {
  blanks: length => `x = ${' '.repeat(length)}y`,
  'blanks that no dot matches': length => `Exec=${' \u2028'.repeat(length / 4)}y`,
  'blanks and nothing': length => `${'\t '.repeat(length / 2)}\u0001`,
  comments: length => `/* * / */ //\n${'/* x */ '.repeat(length / 8)}`,
  'line comments': length => '# x \\\n'.repeat(length / 6),
  'equal signs': length => `a${' ='.repeat(length / 2)}`,
  quotes: length => `a="${`\\"'`.repeat(length / 3)}`,
  'open brackets': length => `[[ (( ${'[[ (( $(( ${ '.repeat(length / 14)}`,
  'open substitutions': length => `a=${'$(`'.repeat(length / 3)}`,
  braces: length => `${'{a,'.repeat(length / 3)}`,
  ends: length => `curl ${'.,;$'.repeat(length / 4)}x`,
  pipes: length => `${'curl x | sh || '.repeat(length / 15)}`,
  'decoders without an end': length => `${'base64 -d eval sh -c '.repeat(length / 21)}`,
  'addresses without an end': length => `${'a://b@'.repeat(length / 6)}`,
  paths: length => `/${'a/../'.repeat(length / 5)}`,
  'here documents': length => `${'cat <<A\n'.repeat(length / 8)}`,
  'continued lines': length => `${'a \\\n'.repeat(length / 4)}`,
  'numbers and letters': length => `${'0A'.repeat(length / 2)} 4${'A'.repeat(94)}`,
  colons: length => `${'a:'.repeat(length / 2)}`,
  commas: length => `a${' ,'.repeat(length / 2)}`,
}

/** A host that has it in every place, and everything that collectors make of that. */
export async function collectEverywhere(text: string): Promise<number> {
  const files: Record<string, MemoryFile> = {}
  for (const path of places) files[path] = { content: text, mode: 0o755 }
  const target = memoryTarget({ files, now: '2026-06-01T00:00:00Z' })
  return (await collectFacts(target, linuxCollectors)).facts.length
}

if (process.argv[2] !== undefined) {
  const text = endlessTexts[process.argv[2]]?.(Number(process.argv[3]))
  if (text === undefined) throw new Error(`no text is called ${process.argv[2]}`)
  const started = performance.now()
  console.log(await collectEverywhere(text), Math.round(performance.now() - started))
}
