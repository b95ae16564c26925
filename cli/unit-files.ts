import { writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { openHost, type WritableHost } from '../remedies/index.ts'

const folder = '/etc/systemd/system'

/** Writes a unit and has it started at boot; what was there under its name is replaced. */
export async function installUnit(name: string, text: string, state: string): Promise<void> {
  await withHost(state, async host => {
    for (const path of pathsOf(name)) if (host.files.inspect(path) !== undefined) host.files.unlink(path)
    const [wanted, unit] = pathsOf(name)
    await write(host, unit, { text })
    await write(host, wanted, { linkTo: unit })
  })
}

export async function removeUnit(name: string, state: string): Promise<void> {
  await withHost(state, async host => {
    for (const path of pathsOf(name)) if (host.files.inspect(path) !== undefined) host.files.unlink(path)
  })
}

/** The link goes first and comes last: it never leads nowhere. */
function pathsOf(name: string): readonly [string, string] {
  return [`${folder}/multi-user.target.wants/${name}`, `${folder}/${name}`]
}

async function withHost(state: string, work: (host: WritableHost) => Promise<void>): Promise<void> {
  const host = openHost({ root: '/', live: true, state })
  try {
    await work(host)
  } finally {
    host.close()
  }
}

type Content = { readonly text: string } | { readonly linkTo: string }

async function write(host: WritableHost, path: string, content: Content): Promise<void> {
  const now = `${BigInt(Date.now()) * 1_000_000n}`
  const bytes = Buffer.from('text' in content ? content.text : '')
  host.files.makeDirectories(dirname(path))
  const metadata = {
    type: 'text' in content ? ('file' as const) : ('symlink' as const),
    size: bytes.length,
    uid: 0,
    gid: 0,
    mode: 0o644,
    accessedNs: now,
    modifiedNs: now,
    inode: '0',
    device: '0',
    linkCount: 1,
    flags: 0,
    attributes: [],
  }
  const entry =
    'text' in content
      ? { type: 'file' as const, write: (descriptor: number) => writeFileSync(descriptor, bytes) }
      : { type: 'symlink' as const, target: content.linkTo }
  await host.files.create(path, entry, metadata, 'davylamp-install')
}
