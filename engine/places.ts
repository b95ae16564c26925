/**
 * Where things lie. A place is no proof of anything; it decides how far a walk may go and what a clean-up may take away.
 */

const dropPlaces = ['/tmp/', '/var/tmp/', '/dev/shm/', '/dev/mqueue/', '/run/user/', '/run/shm/', '/var/run/user/']

/** Hidden directories of a home that tools of developers and administrators make. */
const knownHidden = new Set(
  (
    '.acme.sh .venv .virtualenv .ansible .asdf .aws .azure .bun .cache .cargo .composer .conda .config .deno .docker .dotnet .dvm .gem .git .gnupg .go .gvm ' +
    '.helm .java .jenv .jupyter .krew .kube .linuxbrew .local .m2 .minikube .mozilla .npm .npm-global .nvm .nodenv .oh-my-zsh .opam .pack ' +
    '.phpbrew .pki .pm2 .poetry .pulumi .pyenv .rbenv .rustup .rvm .sdkman .ssh .steam .terraform.d .tfenv .tmux .vim .virtualenvs ' +
    '.volta .vscode-server .vscode .cursor-server .yarn .zplug .zsh .X11-unix .ICE-unix .XIM-unix .font-unix .Test-unix'
  ).split(' '),
)

/** True for a world-writable or volatile directory in which programs do not belong. */
export function isDropPlace(path: string): boolean {
  const inside = `${path}/`
  return dropPlaces.some(place => inside.startsWith(place) || path.startsWith(place))
}

/** True for a component of a path that hides: dots or spaces only, or a leading dot that no known tool uses. */
export function isHidingName(name: string): boolean {
  if (/^[. ]+$/.test(name) && name !== '.' && name !== '..') return true
  if (/\s$/.test(name) || /^\s/.test(name)) return true
  return name.startsWith('.') && !knownHidden.has(name)
}

/** A directory in which no package and few administrators put programs. */
export function isOddDirectory(directory: string): boolean {
  // npm puts the commands of packages there.
  const parts = directory.replaceAll('/node_modules/.bin', '/node_modules').split('/')
  return isDropPlace(directory) || parts.some(part => part !== '' && isHidingName(part))
}

const merged = ['/bin/', '/sbin/', '/lib/', '/lib64/', '/lib32/', '/libx32/']

/** The other name of a path where /bin, /sbin and /lib are links into /usr. */
export function twinPath(path: string): string | undefined {
  if (path.startsWith('/usr/') && merged.some(one => path.startsWith(one, 4))) return path.slice(4)
  if (path.startsWith('/var/run/')) return path.slice(4)
  if (path.startsWith('/run/')) return `/var${path}`
  return merged.some(one => path.startsWith(one)) ? `/usr${path}` : undefined
}

const configuration =
  /^\/(etc\/(passwd|shadow|group|gshadow|subuid|subgid|hosts|resolv\.conf|crontab|anacrontab|sudoers|profile|bash\.bashrc|bashrc|environment|ld\.so\.(preload|conf|cache)|fstab|inittab|rc\.local|sysctl\.conf|selinux\/config|shells|inputrc|hostname|issue|motd|securetty|login\.defs|nsswitch\.conf|ssh\/.*_config|pam\.d\/.*|security\/limits\.conf)-?|var\/spool\/cron\/.*|var\/log\/.*|proc\/.*|sys\/.*|dev\/(?!shm\/|mqueue\/).*|run\/(systemd|udev|dbus|lock|log|motd).*)$/
const homeFiles =
  /\/(\.bashrc|\.bash_profile|\.bash_login|\.profile|\.bash_logout|\.bash_history|\.bash_aliases|\.zshrc|\.zshenv|\.zprofile|\.ssh|\.ssh\/.*|\.config|\.cache|\.local|\.aws\/.*|\.docker\/config\.json|\.kube\/config|\.gitconfig|\.vimrc|\.viminfo)$/
/** Nobody lives among the commands: a `.local` there is somebody's disguise. */
const noHome = /^\/(usr\/)?(s?bin|lib\w*)\//
const directories =
  /^\/($|bin$|boot$|dev$|etc$|home$|lib\w*$|media$|mnt$|opt$|proc$|root$|run$|sbin$|srv$|sys$|tmp$|usr$|var$|usr\/(bin|sbin|lib\w*|share|local|games|include|src|local\/\w+)$|var\/(tmp|lib|log|spool|cache|www|run|mail|spool\/\w+|www\/html)$|etc\/[\w.-]+\.d$|etc\/(cron\.\w+|systemd|init\.d|ssh)$|dev\/shm$|home\/[^/]+$|etc\/systemd\/system$|usr\/lib\/systemd\/system$)/

/**
 * True for what belongs to every system: shared configuration, logs, device files, homes and system directories. A walk
 * ends there and a clean-up changes lines in it at most.
 */
export function isShared(path: string): boolean {
  return configuration.test(path) || (homeFiles.test(path) && !noHome.test(path)) || directories.test(path)
}

const interpreters =
  /\/(sh|bash|dash|ash|zsh|ksh|csh|tcsh|fish|busybox|python[\d.]*|perl[\d.]*|ruby[\d.]*|node|nodejs|php[\d.]*|java|lua[\d.]*|env|sudo|su|nohup|setsid|timeout|nice|ionice|curl|wget|systemctl|crontab|chattr|cat|echo|ld-linux[^/]*|ld-musl[^/]*|xargs|find|awk|sed|grep|tar|openssl|ssh|scp|socat|nc|ncat|docker|containerd\S*|runc|dockerd)$/

/** Programs that everybody runs: that two things use one of them joins nothing. */
export function isSharedTool(path: string): boolean {
  return /^\/(usr\/)?(local\/)?s?bin\//.test(path) && interpreters.test(path)
}
