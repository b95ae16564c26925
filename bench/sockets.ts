import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { kernelSockets } from '../native/read/sockets.ts'
import { outgoing, ownersOf, startConnectionSensor } from '../sensors/index.ts'

// One look of the sensor of connections at 2,000 sockets, in a network namespace of its own, in processor time, against what the kernel
// takes to list them, /proc/net/tcp, and ss(8). `--sockets N`. Aim: at most 5 ms.

const aimMs = 5
const rounds = 60
const count = process.argv.includes('--sockets') ? Number(process.argv[process.argv.indexOf('--sockets') + 1]) : 2_000

if (process.env['DAVYLAMP_BENCH_INNER'] === undefined) process.exit(inOwnNamespace())
await main()

/** Nothing else is connected there. */
function inOwnNamespace(): number {
  const words = ['--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh', process.execPath, ...process.execArgv]
  const { status } = spawnSync('unshare', [...words, ...process.argv.slice(1)], {
    stdio: 'inherit',
    env: { ...process.env, DAVYLAMP_BENCH_INNER: '1' },
  })
  return status ?? 70
}

async function main(): Promise<void> {
  const server = createServer(socket => accepted.push(socket)).listen(0, '127.0.0.1')
  const accepted: Socket[] = []
  await once(server, 'listening')
  const clients: Socket[] = []
  for (let at = 0; at < count / 2; at++) {
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
    await once(client, 'connect')
    clients.push(client)
  }
  const all = kernelSockets()
  const wanted = new Set(outgoing(all).map(one => one.inode))
  const one = new Set([...wanted].slice(0, 1))
  const sensor = startConnectionSensor({ everyMs: 3_600_000, onEvents: () => {} })
  const figures = [
    measured(`one look at ${all.length} sockets`, () => sensor.look()),
    measured('  of it: the list of the kernel, read', () => kernelSockets()),
    measured('limit: /proc/net/tcp, not parsed', () => readFileSync('/proc/self/net/tcp')),
    measured(`owners of ${wanted.size}, all processes`, () => ownersOf(wanted)),
    measured('owner of one, all processes', () => ownersOf(one)),
    measured('owner of one, the process known', () => ownersOf(one, [process.pid])),
    spawned('ss -tuna', ['ss', '-tunaH']),
    spawned('ss -tunap', ['ss', '-tunapH']),
  ]
  const [look = Number.NaN] = figures
  console.log(`${look.toFixed(2)} ms a look (aim: ${aimMs} ms)`)
  process.exit(look <= aimMs ? 0 : 1)
}

/** p50 of this thread's processor time, in milliseconds. */
function measured(name: string, work: () => unknown): number {
  const took = Array.from({ length: rounds }, () => {
    const before = process.threadCpuUsage()
    work()
    const { user, system } = process.threadCpuUsage(before)
    return (user + system) / 1000
  })
  return told(name, took.slice(rounds / 6))
}

function spawned(name: string, [program = '', ...words]: readonly string[]): number {
  const took = Array.from({ length: 10 }, () => {
    const from = performance.now()
    const { error } = spawnSync(program, words, { maxBuffer: 64 << 20 })
    return error === undefined ? performance.now() - from : Number.NaN
  })
  return told(`${name} (wall time)`, took)
}

function told(name: string, took: readonly number[]): number {
  const sorted = [...took].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN
  console.log(`${name.padEnd(42)} p50 ${at(0.5).toFixed(2)} ms  p95 ${at(0.95).toFixed(2)} ms`)
  return at(0.5)
}
