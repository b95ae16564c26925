import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runHere } from './machine.ts'
import type { Range } from './range.ts'

/** Where the packages lie on the host. */
const folder = '/srv/repository'

/**
 * Puts so many small packages of that version on the disk of a host and gives their names. Each has a program of its own content, a script,
 * and maintainer scripts that start both.
 */
export function buildPackages(range: Range, count: number, version: string): string[] {
  const scratch = mkdtempSync(join(tmpdir(), 'davylamp-repository-'))
  const inside = join(range.root, folder, version)
  try {
    mkdirSync(inside, { recursive: true })
    const names = Array.from({ length: count }, (_, at) => `range-tool-${at}`)
    const program = readFileSync(join(range.root, 'usr/bin/true'))
    const entries = names.map(name => {
      const file = `${name}_${version}_amd64.deb`
      build(join(scratch, name), join(inside, file), name, version, program)
      const bytes = readFileSync(join(inside, file))
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      return `${control(name, version)}Filename: ./${file}\nSize: ${bytes.length}\nSHA256: ${sha256}\n`
    })
    writeFileSync(join(inside, 'Packages'), entries.join('\n'))
    return names
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** What apt(8) of the host can install from now on: that version, and nothing from elsewhere. */
export async function offerPackages(range: Range, version: string): Promise<void> {
  const source = `deb [trusted=yes] file:${folder}/${version} ./`
  await range.sh(`rm -f /etc/apt/sources.list.d/*; echo '${source}' > /etc/apt/sources.list && apt-get -qq update`)
}

function build(tree: string, deb: string, name: string, version: string, program: Buffer): void {
  const put = (path: string, content: string | Buffer, mode: number) => {
    writeFileSync(join(tree, path), content)
    chmodSync(join(tree, path), mode)
  }
  for (const path of ['DEBIAN', 'usr/bin', 'usr/share']) mkdirSync(join(tree, path), { recursive: true })
  put(`usr/bin/${name}`, Buffer.concat([program, Buffer.from(`\n${name} ${version}\n`)]), 0o755)
  put(`usr/bin/${name}-hello`, `#!/bin/sh\n# ${name} ${version}\nexec /usr/bin/${name} "$@"\n`, 0o755)
  put('DEBIAN/control', control(name, version), 0o644)
  for (const script of ['preinst', 'postrm']) put(`DEBIAN/${script}`, `#!/bin/sh\n# ${name}\nexit 0\n`, 0o755)
  for (const script of ['postinst', 'prerm'])
    put(`DEBIAN/${script}`, `#!/bin/sh\nset -e\n/usr/bin/${name}\n/usr/bin/${name}-hello\n`, 0o755)
  const md5 = runHere(['sh', '-c', `cd '${tree}' && md5sum usr/bin/*`])
  put('DEBIAN/md5sums', md5, 0o644)
  runHere(['dpkg-deb', '-Zgzip', '-z1', '--build', '--root-owner-group', tree, deb])
}

function control(name: string, version: string): string {
  const about = [
    'Architecture: amd64',
    'Maintainer: Davylamp tests <root@localhost>',
    `Description: ${name} of the range`,
  ]
  return [`Package: ${name}`, `Version: ${version}`, ...about, ''].join('\n')
}
