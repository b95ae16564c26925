import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decoys, type Infection, type Item, poolPort } from '../../hosts/index.ts'
import { runHere } from './machine.ts'
import { hashOf, infect, plantAttributes, plantFiles, startProcess } from './plant.ts'
import { quote, Range } from './range.ts'

/**
 * A booted host with a pool to reach, the decoys unless told otherwise, and these infections. Pass `lifetimeMs` for a long visit, and
 * `busy: false` to leave out the decoys that take all of the processor.
 */
export async function openHost(
  options: {
    infections?: readonly Infection[]
    decoys?: boolean
    busy?: boolean
    lifetimeMs?: number
    packages?: readonly string[]
  } = {},
): Promise<Range> {
  const withDecoys = options.decoys ?? true
  const range = await Range.open({
    ...(options.packages === undefined ? {} : { packages: options.packages }),
    ...(withDecoys ? { prepare: (root: string) => plantDecoys(root, options.lifetimeMs) } : {}),
  })
  try {
    await startPool(range)
    if (withDecoys) await startDecoys(range, options.busy ?? true)
    await infect(range, options.infections ?? [], options.lifetimeMs)
    return range
  } catch (error) {
    await range.close()
    throw error
  }
}

/** Paths of everything that belongs to the decoys. */
export function decoyPaths(): string[] {
  const items = [...decoys.package.files, ...decoys.files]
  return items.flatMap(item => ('path' in item ? [item.path] : []))
}

export async function startPool(range: Range): Promise<void> {
  const pool = range.startBeside([process.execPath, join(import.meta.dirname, 'fake-pool.ts'), String(poolPort)], {
    only: 'network',
  })
  if (pool.stdout !== null) await once(pool.stdout, 'data')
}

function plantDecoys(root: string, lifetimeMs = 15 * 60_000): string[] {
  const until = Date.now() + lifetimeMs
  installPackage(root, until)
  plantFiles(root, decoys.files, until)
  for (const item of decoys.files) {
    if (item.kind === 'unit') runHere(['systemctl', `--root=${root}`, 'enable', '--quiet', item.name])
  }
  const paths = decoyPaths()
  return [...new Set([...paths, ...paths.map(path => path.slice(0, path.lastIndexOf('/')))])].filter(
    path => path !== '',
  )
}

/** Our own package, so that dpkg owns what has to be owned. */
export function installPackage(root: string, until: number): void {
  const build = mkdtempSync(join(tmpdir(), 'davylamp-package-'))
  try {
    const tree = join(build, 'tree')
    mkdirSync(join(tree, 'DEBIAN'), { recursive: true })
    mkdirSync(join(tree, 'etc'))
    writeFileSync(join(tree, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\n')
    plantFiles(tree, decoys.package.files, until)
    rmSync(join(tree, 'etc'), { recursive: true })
    const control = [
      `Package: ${decoys.package.name}`,
      'Version: 1.0',
      'Architecture: amd64',
      'Maintainer: Davylamp tests <root@localhost>',
      'Description: things of a package that look odd and are not',
      '',
    ]
    writeFileSync(join(tree, 'DEBIAN/control'), control.join('\n'))
    writeFileSync(join(tree, 'DEBIAN/md5sums'), md5sums(tree))
    runHere(['dpkg-deb', '--build', '--root-owner-group', tree, join(build, 'decoys.deb')])
    cpSync(join(build, 'decoys.deb'), join(root, 'tmp/decoys.deb'))
    runHere(['chroot', root, '/usr/bin/dpkg', '--install', '/tmp/decoys.deb'])
    rmSync(join(root, 'tmp/decoys.deb'))
  } finally {
    rmSync(build, { recursive: true, force: true })
  }
}

function md5sums(tree: string): string {
  const relative = decoys.package.files.flatMap(item => (item.kind === 'file' ? [item.path.slice(1)] : []))
  return runHere(['sh', '-c', `cd ${quote(tree)} && md5sum ${relative.map(quote).join(' ')}`])
}

async function startDecoys(range: Range, busy: boolean): Promise<void> {
  for (const line of decoys.afterBoot) await range.sh(line)
  if (busy) for (const item of decoys.processes) if (isProcess(item)) await startProcess(range, item)
  plantAttributes(range.root, decoys.files)
}

function isProcess(item: Item): item is Extract<Item, { kind: 'process' }> {
  return item.kind === 'process'
}

/** Writes the administrator's allowlist into the host's state. */
export async function allowWhatIsAllowed(range: Range): Promise<void> {
  for (const { path, reason } of decoys.allowed) {
    const terms = [
      '--path',
      path,
      '--sha256',
      hashOf(range.root, path),
      '--reason',
      reason,
      '--author',
      'anna',
      '--expires',
      'never',
    ]
    const done = await range.davylamp(['allow', 'add', ...terms])
    if (done.status !== 0) throw new Error(done.stderr)
  }
}
