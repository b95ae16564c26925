import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { compileContentRules, openContentScanner, ownNamespace } from '../detect/yara/index.ts'
import { scanMemory } from '../detect/yara/memory.ts'
import { processFact } from '../test/facts.ts'
import { liveTarget } from '../target/index.ts'

// The memory of one process that holds 400 MB of this machine's programs and libraries, read and looked through with all own
// rules, against reading it alone. What compiling the rules costs is not counted: a scan finds them compiled.

const wanted = 400 << 20
const folder = join(import.meta.dirname, '..', 'rules', 'yara')
const own = readdirSync(folder)
  .filter(name => name.endsWith('.yar'))
  .map(file => ({ file, namespace: ownNamespace, text: readFileSync(join(folder, file), 'utf8') }))
const { compiled } = compileContentRules({ own })

const holder = spawn(
  'perl',
  ['-e', 'local $/; $| = 1; for (@ARGV) { open F, "<", $_; push @kept, <F> } print "ready\\n"; sleep 300', ...files()],
  {
    stdio: ['ignore', 'pipe', 'inherit'],
  },
)
try {
  await once(holder.stdout, 'data')
  const nothing = await measured('reading alone', {
    scan: () => ({ matches: [], cut: [] }),
    scanContent: () => ({ matches: [], cut: [] }),
    scanFile: () => ({ matches: [], cut: [] }),
    close() {},
  })
  const rules = await measured(
    `with ${compiled.rules.length} own rules`,
    openContentScanner(compiled, { for: 'memory' }),
  )
  console.log(`a CPU-second: ${Math.round(rules)} MB (limit of reading alone: ${Math.round(nothing)} MB; aim: 500 MB)`)
  process.exitCode = rules >= 500 ? 0 : 1
} finally {
  holder.kill()
}

async function measured(name: string, scanner: ReturnType<typeof openContentScanner>): Promise<number> {
  const stat = readFileSync(`/proc/${holder.pid}/stat`, 'latin1')
  const startTime = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19])
  const fact = processFact({ pid: holder.pid ?? 0, path: '/usr/bin/perl', startTime })
  const before = process.cpuUsage()
  const { bytes } = await scanMemory(liveTarget(), [fact], { which: 'suspects', open: () => scanner })
  const { user, system } = process.cpuUsage(before)
  const seconds = (user + system) / 1e6
  console.log(`${name.padEnd(24)} ${Math.round(bytes / 1e6)} MB in ${seconds.toFixed(2)} s of processor time`)
  return bytes / 1e6 / seconds
}

/** Programs and libraries, the largest first, until there are enough of them. */
function files(): string[] {
  const found = ['/usr/bin', '/usr/sbin', '/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu'].flatMap(list)
  const chosen: string[] = []
  let bytes = 0
  for (const { path, size } of found.sort((a, b) => b.size - a.size)) {
    if (bytes >= wanted) break
    chosen.push(path)
    bytes += size
  }
  return chosen
}

function list(directory: string): { path: string; size: number }[] {
  try {
    return readdirSync(directory).flatMap(name => {
      const path = join(directory, name)
      const stat = statSync(path, { throwIfNoEntry: false })
      return stat?.isFile() ? [{ path, size: stat.size }] : []
    })
  } catch {
    return []
  }
}
