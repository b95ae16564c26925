import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { libc } from '../native/libc.ts'

// One quick scan of this machine with 200 processes more, against the peers that administrators reach for and against
// what the machine can do. All of them only read. `--json` prints the figures alone, `--without-peers` saves minutes.

interface Measured {
  readonly name: string
  readonly seconds: number
  readonly cpuSeconds: number
  readonly peakMegabytes: number
  readonly status: number | null
}

const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'davylamp-bench-'))
const limitSeconds = 300
const getrusage = libc('getrusage', 'int32', ['int32', 'pointer'])
const places = [
  ...[
    '/etc',
    '/var/spool/cron',
    '/usr/lib/systemd',
    '/lib/systemd',
    '/root',
    '/home',
    '/tmp',
    '/var/tmp',
    '/dev/shm',
    '/run',
  ],
  ...['/usr/bin', '/usr/sbin', '/usr/local', '/var/lib/dpkg/info'],
].filter(existsSync)

const sleepers: ChildProcess[] = Array.from({ length: 200 }, () => spawn('sleep', ['900'], { stdio: 'ignore' }))
const results: Measured[] = []
const skipped: string[] = []
try {
  const scan = ['--state', join(folder, 'state'), 'scan', '--json']
  for (const name of ['davylamp, first scan', 'davylamp, again', 'davylamp, third scan'])
    results.push(await measure(name, join(root, 'davylamp'), scan))
  for (const pages of [0, 18_000]) {
    const tree = plantSite(join(folder, `site-${pages}`), pages)
    results.push(
      await measure(`davylamp, a tree with ${pages} young pages`, join(root, 'davylamp'), [...scan, '--root', tree]),
    )
  }
  results.push(await measure('limit: find over the same places', 'find', [...places, '-xdev', '-ls']))
  results.push(
    await measure('limit: cat of /proc/PID/*', 'sh', [
      '-c',
      'cat /proc/[0-9]*/stat /proc/[0-9]*/status /proc/[0-9]*/maps',
    ]),
  )
  await peer('chkrootkit', [])
  const kept = join(folder, 'rkhunter')
  mkdirSync(kept)
  // It notes which files it knows in its own folder even when it only checks.
  if (existsSync('/var/lib/rkhunter/db')) cpSync('/var/lib/rkhunter/db', join(kept, 'db'), { recursive: true })
  const ownPlaces = ['--tmpdir', kept, '--dbdir', join(kept, 'db'), '--logfile', join(folder, 'rkhunter.log')]
  await peer('rkhunter', ['--check', '--sk', '--nocolors', ...ownPlaces])
} finally {
  for (const one of sleepers) one.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
}
show()

/** A host that is nothing but a site, of pages as plug-ins of content systems have them: none that rules know. */
function plantSite(tree: string, pages: number): string {
  const files: Record<string, string> = {
    '/etc/passwd': 'root:x:0:0::/root:/bin/bash\nwww-data:x:33:33::/var/www:/usr/sbin/nologin\n',
    '/var/lib/dpkg/status': 'Package: base-files\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n',
    '/var/lib/dpkg/info/base-files.list': '/.\n/etc\n',
  }
  for (let at = 0; at < pages; at++) {
    const step = (of: number) =>
      `function step_${at}_${of}( $args ) {\n\t$id = isset( $_POST['id'] ) ? absint( $_POST['id'] ) : 0;\n\t$data = json_decode( base64_decode( get_option( 'key_${at}' ) ), true );\n\tif ( ! current_user_can( 'edit_posts' ) ) { return new WP_Error( 'no', __( 'Not allowed' ) ); }\n\treturn $wpdb->get_results( $wpdb->prepare( "SELECT * FROM {$wpdb->posts} WHERE ID = %d", $id ) );\n}\n`
    const text = Array.from({ length: 15 }, (_, of) => step(of)).join('')
    files[`/var/www/html/plugins/p${at % 300}/f${at}.php`] = `<?php\n${text}`
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true })
    writeFileSync(join(tree, path), text)
  }
  return tree
}

async function peer(name: string, args: readonly string[]): Promise<void> {
  const path = ['/usr/sbin', '/usr/bin', '/usr/local/bin'].map(place => join(place, name)).find(existsSync)
  if (process.argv.includes('--without-peers')) skipped.push(`${name} was not asked for`)
  else if (path === undefined) skipped.push(`${name} is not installed`)
  else results.push(await measure(name, 'nice', ['-n', '10', path, ...args]))
}

async function measure(name: string, program: string, args: readonly string[]): Promise<Measured> {
  const cpuBefore = cpuOfChildren()
  const start = performance.now()
  const child = spawn(program, args, { cwd: '/', stdio: 'ignore', detached: true })
  // Scripts leave their children behind, so the whole group ends.
  const limit = setTimeout(() => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL'), limitSeconds * 1000)
  // The peak of the program itself, not of what it starts. The last value counts: before exec(2) it is that of this process.
  let peakMegabytes = 0
  const watch = setInterval(() => (peakMegabytes = peakOf(child.pid) ?? peakMegabytes), 10)
  const [status] = (await once(child, 'exit')) as [number | null]
  clearInterval(watch)
  clearTimeout(limit)
  const seconds = (performance.now() - start) / 1000
  return { name, seconds, cpuSeconds: cpuOfChildren() - cpuBefore, peakMegabytes, status }
}

/** VmHWM of proc_pid_status(5). */
function peakOf(pid = 0): number | undefined {
  try {
    const kilobytes = /^VmHWM:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kilobytes === undefined ? undefined : (Number(kilobytes) * 1024) / 1e6
  } catch {
    return undefined
  }
}

/** getrusage(2) of all children that have ended, and theirs. */
function cpuOfChildren(): number {
  const usage = Buffer.alloc(144)
  getrusage(-1, usage)
  const number = (at: number) => Number(usage.readBigInt64LE(at))
  return number(0) + number(16) + (number(8) + number(24)) / 1e6
}

function show(): void {
  const processes = readdirSync('/proc').filter(name => /^\d+$/.test(name)).length
  const figures = { machine: machine(), processes, results, skipped }
  const path = join(root, '.cache', 'bench-quick-scan.json')
  mkdirSync(join(root, '.cache'), { recursive: true })
  writeFileSync(path, `${JSON.stringify(figures, undefined, 2)}\n`)
  if (process.argv.includes('--json')) return console.log(JSON.stringify(figures))
  const ours = results[0]?.seconds ?? 1
  console.log(`${figures.machine}, about ${processes} processes`)
  console.log(row(['', 'wall s', 'cpu s', 'peak MB', 'wall, to ours', 'exit']))
  for (const { name, seconds, cpuSeconds, peakMegabytes, status } of results)
    console.log(
      row([
        name,
        seconds.toFixed(2),
        cpuSeconds.toFixed(2),
        peakMegabytes.toFixed(0),
        `${(seconds / ours).toFixed(2)}×`,
        status === null ? 'time-out' : String(status),
      ]),
    )
  for (const reason of skipped) console.log(`skipped: ${reason}`)
}

function row([first = '', ...rest]: readonly string[]): string {
  return first.padEnd(34) + rest.map(cell => cell.padStart(14)).join('')
}

function machine(): string {
  const info = readFileSync('/proc/cpuinfo', 'utf8')
  const load = readFileSync('/proc/loadavg', 'utf8').split(' ')[0]
  return `${info.match(/^processor/gm)?.length} × ${/model name\s*: (.*)/.exec(info)?.[1] ?? 'processor'}, load ${load}`
}
