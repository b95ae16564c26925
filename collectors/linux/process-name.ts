import { isInterpreter } from './process-script.ts'

// From kernel/, mm/, drivers/ of Linux: names that no program of a distribution bears.
const kernelThreads = [
  'kswapd',
  'kdevtmpfs',
  'kauditd',
  'khugepaged',
  'kthreadd',
  'kthrotld',
  'ksoftirqd',
  'kworker',
  'kintegrityd',
  'kpsmoused',
  'khungtaskd',
  'kcompactd',
  'ksmd',
  'kblockd',
  'rcu_sched',
  'rcu_preempt',
  'rcu_gp',
  'rcu_par_gp',
  'rcu_tasks',
  'rcu_bh',
  'oom_reaper',
  'edac-poller',
  'ata_sff',
  'scsi_eh',
  'scsi_tmf',
  'jbd2',
  'ext4-rsv-conver',
  'xfsaild',
  'xfs_mru_cache',
  'bioset',
  'kstrp',
  'kacpid',
  'kacpi_notify',
  'kacpi_hotplug',
  'khelper',
  'khubd',
  'kondemand',
  'kjournald',
  'mm_percpu_wq',
  'slub_flushwq',
  'inet_frag_wq',
  'charger_manager',
  'zswap-shrink',
  'zswap1',
  'devfreq_wq',
  'ipv6_addrconf',
  'nfsiod',
  'rpciod',
  'xprtiod',
  'irqbalanced',
  'kdmflush',
  'kcryptd',
  'netns',
  'cpuhp',
  'idle_inject',
  'writeback',
  'crypto',
  'blkcg_punt_bio',
  'ttm_swap',
  'acpi_thermal_pm',
  'hwrng',
  'psimon',
] as const // prettier-ignore

// Words that programs are called by too: only `word/0`, as the kernel writes it, or brackets make them a kernel thread's.
const plainWords = new Set([
  'migration',
  'watchdog',
  'md',
  'netns',
  'crypto',
  'writeback',
  'cpuhp',
  'idle_inject',
  'bioset',
  'hwrng',
  'irqbalanced',
  'khelper',
])
const exact = new Set<string>([...kernelThreads, ...plainWords])

export interface Naming {
  readonly name: string
  readonly argv: readonly string[]
  /** Undefined where the executable could not be read. */
  readonly path: string | undefined
  readonly packageOwned: boolean
}

/**
 * True where something that is not a kernel thread bears a kernel thread's name, in brackets or nearly so: `[kworker/0:1]`,
 * `kswapd0`, `kdevtmpfsi`, `kworkerds`. A packaged program that is really called so is none.
 */
export function looksLikeKernelThread({ name, argv, path, packageOwned }: Naming): boolean {
  const shown = argv[0]?.trim() ?? ''
  if (isBracketed(shown) || isBracketed(name.trim())) return true
  const real = path === undefined ? undefined : baseName(path)
  for (const candidate of [name, baseName(shown)]) {
    if (packageOwned && real !== undefined && agree(candidate, real)) continue
    if (isNearKernelThread(candidate) || isNearKernelThread(shown)) return true
  }
  return false
}

/** True where comm, argv[0] and the executable agree in no pair; titles as `nginx: worker` agree by their first word. */
export function namesDisagree({ name, argv, path }: Naming): boolean {
  if (path === undefined || isInterpreter(path)) return false
  const real = baseName(path)
  if (agree(name, real)) return false
  const shown = argv[0]
  if (shown === undefined) return true
  return !titles(shown).some(title => agree(title, real) || agree(title, name))
}

/** The last component of a path, or the text itself. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** Content as `[kworker/0:1]`: one word. Titles such as `[celeryd: worker]` hold spaces. */
function isBracketed(text: string): boolean {
  return /^\[[^\s[\]]{2,40}\]$/.test(text)
}

function isNearKernelThread(text: string): boolean {
  if (text.length < 2 || text.length > 40) return false
  const slash = text.indexOf('/')
  if (slash > 0 && /^\/[\d:a-zA-Z+_-]+$/.test(text.slice(slash)) && exact.has(text.slice(0, slash))) return true
  if (plainWords.has(text)) return false
  return kernelThreads.some(known => !plainWords.has(known) && isNear(text, known))
}

/**
 * Short names are near too much (sshd and ksmd differ in two letters), so they match exactly or with a known ending only.
 * The first letter must agree: `worker` and `auditd` are programs.
 */
function isNear(text: string, known: string): boolean {
  if (text[0] !== known[0]) return false
  if (text.startsWith(known) && /^(?:s|ds|i|d|a|[_:-]?\d+)?$/.test(text.slice(known.length))) return true
  const letters = text.replace(/\d+$/, '')
  const allowed = known.length >= 8 ? 2 : known.length >= 6 ? 1 : 0
  return allowed > 0 && editDistance(letters, known, allowed) <= allowed
}

/** Levenshtein distance, given up beyond `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1
  let row = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? limit + 1
}

/** What the title could mean by its program: the path's last part, and the word before a space, colon or bracket. */
function titles(shown: string): string[] {
  const word = shown.split(/[\s:[(]/, 1)[0] ?? ''
  return [baseName(shown), baseName(word), word].map(text => text.replace(/^[-@(]+/, ''))
}

// comm is cut at 15 bytes; versions hang at the end (python3 and python3.11, php-fpm and php-fpm8.2).
function agree(a: string, b: string): boolean {
  const [short, long] = [a.slice(0, 15), b.slice(0, 15)].sort((x, y) => x.length - y.length)
  if (short === undefined || long === undefined || short === '') return false
  if (short === long) return true
  return short.length >= 2 && long.startsWith(short) && /^[\d.:/_-]/.test(long.slice(short.length))
}
