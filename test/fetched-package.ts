import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'

const place = resolve(import.meta.dirname, '..', '.cache', 'test-packages')

/**
 * A folder with what a Debian package of this release holds below `path`, fetched by apt once and not installed; a text that says why there is
 * none. For what only tests of another processor need.
 */
export function fetchedPackage(name: string, path: string): { readonly folder: string } | string {
  const folder = join(place, name)
  if (existsSync(folder)) return { folder }
  mkdirSync(place, { recursive: true })
  const temporary = mkdtempSync(`${folder}-`)
  try {
    const script =
      'apt-get -o APT::Sandbox::User=root -qq download "$1" && dpkg-deb --fsys-tarfile "$1"_*.deb | tar -x --wildcards "./$2*" && rm "$1"_*.deb'
    const done = spawnSync('sh', ['-c', script, 'sh', name, path], { cwd: temporary, encoding: 'utf8' })
    if (done.error !== undefined || done.status !== 0)
      return `${name} cannot be fetched: ${(done.error?.message ?? done.stderr).trim()}`
    renameSync(temporary, folder)
    return { folder }
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

/** A program that runs programs for arm64, by its path: nothing is registered with the kernel. Else why there is none. */
export function arm64Emulator(): { readonly path: string } | string {
  const [installed] = globSync('/usr/bin/qemu-aarch64-static')
  if (installed !== undefined) return { path: installed }
  const fetched = fetchedPackage('qemu-user-static', 'usr/bin/qemu-aarch64-static')
  return typeof fetched === 'string' ? fetched : { path: join(fetched.folder, 'usr/bin/qemu-aarch64-static') }
}
