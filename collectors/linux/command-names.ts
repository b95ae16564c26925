/** What malware of the last ten years has replaced, renamed, shadowed or made non-executable. */
export const commands: readonly string[] = `
  ps top htop atop pstree pgrep pkill kill killall pidof w who last lastlog uptime vmstat free
  ls dir find du df stat file cat tail head grep egrep fgrep awk sed sort less more strings xxd
  rm mv cp ln touch chmod chown chattr lsattr setfacl getfacl mount umount lsmod insmod modprobe rmmod dmesg
  ss netstat lsof ip ifconfig route iptables ip6tables nft tcpdump curl wget ssh sshd scp sftp nc
  crontab cron crond anacron at atd systemctl journalctl service
  passwd su sudo login nologin useradd userdel usermod chpasswd bash sh dash
  dpkg apt apt-get rpm yum dnf apk md5sum sha1sum sha256sum ldd ldconfig strace docker
`
  .trim()
  .split(/\s+/)

const known = new Set(commands)

export function isKnownCommand(name: string): boolean {
  return known.has(name)
}
