import { createHash } from 'node:crypto'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import type { Content, Infection, Item } from '../../hosts/index.ts'
import { encodeBytes } from '../../target/index.ts'
import { runHere } from './machine.ts'
import { hidingLibrary, lookalike } from './programs.ts'
import { quote, type Range } from './range.ts'

/** Look-alikes end by themselves after this long. */
const lifetimeMs = 15 * 60_000

/** Puts the files of a part of a host into a tree: no processes, no flags. Works on a booted range and on any directory. */
export function plantFiles(root: string, items: readonly Item[], until = Date.now() + lifetimeMs): void {
  for (const item of items) {
    if (item.kind === 'file') plantFile(root, item, until)
    if (item.kind === 'link') plantLink(root, item.path, item.to)
    if (item.kind === 'hard-link') linkSync(`${root}${item.to}`, `${root}${item.path}`)
    if (item.kind === 'rename') renameSync(`${root}${item.path}`, `${root}${item.to}`)
    if (item.kind === 'mode') plantMode(root, item)
    if (item.kind === 'changed-line') changeLine(root, item)
    if (item.kind === 'directory') own(root, makeDirectory(root, item.path), item.owner, item.mode ?? 0o755)
    if (item.kind === 'line') plantLine(root, item)
    if (item.kind === 'account') plantAccount(root, item)
  }
}

/** Sets the flags that items ask for; last, because nothing can be planted after. */
export function plantAttributes(root: string, items: readonly Item[]): void {
  for (const item of items) {
    if (item.kind === 'attribute') runHere(['chattr', `+${item.flag}`, `${root}${item.path}`])
    if ((item.kind === 'file' || item.kind === 'line' || item.kind === 'directory') && item.attributes !== undefined)
      runHere(['chattr', `+${item.attributes}`, `${root}${item.path}`])
  }
}

/** Infects a running host, with one intruder after the other. When it returns, all that was planted runs. */
export async function infect(range: Range, infections: readonly Infection[], lifetime = lifetimeMs): Promise<void> {
  const until = Date.now() + lifetime
  for (const infection of infections) await settle(range, infection, until)
  for (const infection of infections) await untilAllRun(range, infection)
  for (const { items } of infections)
    for (const item of items) if (item.kind === 'mount') await coverProcess(range, item)
  for (const infection of infections) plantAttributes(range.root, infection.items)
}

/** True for what lies on no disk of the host, so that only the running host shows it. */
export function isInMemory(path: string): boolean {
  return path.startsWith('/dev/shm/')
}

async function settle(range: Range, { items }: Infection, until: number): Promise<void> {
  const inMemory = items.filter(item => 'path' in item && isInMemory(item.path))
  const onDisk = items.filter(item => !inMemory.includes(item))
  plantFiles(range.root, onDisk, until)
  plantFiles(range.inside, inMemory, until)
  const units = items.filter(item => item.kind === 'unit').map(item => quote(item.name))
  if (units.length > 0) await range.sh(`systemctl daemon-reload && systemctl enable --quiet --now ${units.join(' ')}`)
  for (const item of items) if (item.kind === 'process' && item.startedBy === undefined) await startProcess(range, item)
}

/** Starts a program inside as a dropper or an administrator does: detached, with the argv it wants to be seen with. */
export async function startProcess(range: Range, item: Extract<Item, { kind: 'process' }>): Promise<void> {
  const [title = '', ...rest] = item.argv
  const isOwnProgram = title.startsWith('/') && title !== item.path
  const program = isOwnProgram ? title : item.path
  const become = item.user === undefined ? '' : `setpriv --reuid=${item.user} --regid=${item.user} --init-groups `
  const line = `cd ${quote(item.cwd ?? '/')} && exec setsid ${become}bash -c ${quote(`exec -a ${quote(title)} ${[program, ...rest].map(quote).join(' ')}`)} >/dev/null 2>&1 </dev/null &`
  await range.sh(line)
  if (item.deleted !== true) return
  await untilRuns(range, item.path)
  rmSync(`${isInMemory(item.path) ? range.inside : range.root}${item.path}`)
}

async function untilAllRun(range: Range, infection: Infection): Promise<void> {
  for (const item of infection.items) if (item.kind === 'process') await untilRuns(range, item.path)
}

async function coverProcess(range: Range, item: Extract<Item, { kind: 'mount' }>): Promise<void> {
  const pid = range.processes().find(({ exe }) => exe.replace(/ \(deleted\)$/, '') === item.over)?.pid
  if (pid === undefined) throw new Error(`${item.over} does not run`)
  await range.sh(`mount --bind ${quote(item.source)} /proc/${pid}`)
}

async function untilRuns(range: Range, path: string): Promise<void> {
  for (let turn = 0; turn < 50; turn++) {
    if (range.processes().some(({ exe }) => exe.replace(/ \(deleted\)$/, '') === path)) return
    await new Promise(done => setTimeout(done, 100))
  }
  throw new Error(`${path} does not run`)
}

function plantFile(root: string, item: Extract<Item, { kind: 'file' }>, until: number): void {
  const outside = encodeBytes(`${root}${item.path}`)
  makeDirectory(root, parentOf(item.path), item.owner)
  const bytes = bytesOf(root, item.content, until)
  // A program that runs cannot be written over, and a package's file may have several names.
  rmSync(outside, { force: true })
  writeFileSync(outside, bytes)
  own(root, outside, item.owner, item.mode ?? 0o644)
  ownCrontab(root, item.path, item.owner)
  if (item.acl !== undefined) runHere(['setfacl', '--modify', item.acl, '--', outside.toString()])
  if (item.daysOld === undefined) return
  const then = new Date(Date.now() - item.daysOld * 86_400_000)
  utimesSync(outside, then, then)
}

function bytesOf(root: string, content: Content, until: number): Buffer {
  if ('text' in content) return Buffer.from(content.text)
  if ('base64' in content) return Buffer.from(content.base64, 'base64')
  if ('lookalike' in content) return lookalike(content.lookalike, content.words ?? '', until)
  if ('library' in content) return hidingLibrary(content.library, content.hides)
  return Buffer.concat([readFileSync(`${root}${content.copyOf}`), Buffer.from(content.append ?? '')])
}

function plantLink(root: string, path: string, to: string): void {
  makeDirectory(root, parentOf(path))
  symlinkSync(to, encodeBytes(`${root}${path}`))
}

function plantLine(root: string, item: Extract<Item, { kind: 'line' }>): void {
  makeDirectory(root, parentOf(item.path), item.owner)
  const outside = `${root}${item.path}`
  const isNew = !existsSync(outside)
  appendFileSync(outside, `${item.text}\n`)
  if (isNew) own(root, Buffer.from(outside), item.owner, item.mode ?? 0o644)
  ownCrontab(root, item.path, item.owner)
}

/** Debian's crontab(1) runs with the group that may enter the spool, and leaves it on the files. */
function ownCrontab(root: string, path: string, owner: string | undefined): void {
  if (!path.startsWith('/var/spool/cron/crontabs/')) return
  chownSync(root + path, idsOf(root, owner).uid, groupOf(root, 'crontab'))
}

/** Written in place, as a shell's `sed -i` would not: owner, mode and inode stay. */
function changeLine(root: string, item: Extract<Item, { kind: 'changed-line' }>): void {
  const lines = readFileSync(root + item.path, 'utf8').split('\n')
  const at = lines.indexOf(item.was)
  if (at < 0) throw new Error(`${item.path} has no line ${item.was}`)
  writeFileSync(root + item.path, lines.with(at, item.text).join('\n'))
}

function plantMode(root: string, { path, mode, mask }: Extract<Item, { kind: 'mode' }>): void {
  chmodSync(root + path, mode)
  if (mask !== undefined) runHere(['setfacl', '--modify', `u:daemon:rwx,m::${mask}`, '--', root + path])
}

function plantAccount(root: string, item: Extract<Item, { kind: 'account' }>): void {
  const { name, uid, gid = uid, home, shadow, copies = 1 } = item
  appendFileSync(`${root}/etc/passwd`, `${name}:x:${uid}:${gid}::${home}:/bin/bash\n`.repeat(copies))
  appendFileSync(`${root}/etc/shadow`, `${name}:${shadow}:20500:0:99999:7:::\n`.repeat(copies))
  appendFileSync(`${root}/etc/group`, `${name}:x:${gid}:\n`)
  appendFileSync(`${root}/etc/gshadow`, `${name}:!::\n`)
  appendFileSync(`${root}/etc/subuid`, `${name}:${uid * 65536}:65536\n`)
  appendFileSync(`${root}/etc/subgid`, `${name}:${uid * 65536}:65536\n`)
  own(root, makeDirectory(root, home), name, 0o755)
}

/** Makes what is missing of a directory; new parts belong to the owner only inside a home. */
function makeDirectory(root: string, path: string, owner?: string): Buffer {
  const outside = encodeBytes(`${root}${path}`)
  if (existsSync(outside)) {
    // An absolute link of the tree would lead to a file of this machine.
    if (!realpathSync(outside).startsWith(realpathSync(root))) throw new Error(`${path} leads out of the tree`)
    return outside
  }
  if (path !== '/' && path !== '') makeDirectory(root, parentOf(path), owner)
  mkdirSync(outside)
  const isPrivate = path.endsWith('/.ssh')
  own(root, outside, path.startsWith('/home/') ? owner : undefined, isPrivate ? 0o700 : 0o755)
  return outside
}

function own(root: string, outside: Buffer, owner: string | undefined, mode: number): void {
  const { uid, gid } = idsOf(root, owner)
  lchownSync(outside, uid, gid)
  if (!lstatSync(outside).isSymbolicLink()) chmodSync(outside, mode)
}

function idsOf(root: string, name = 'root'): { uid: number; gid: number } {
  const fields = readFileSync(`${root}/etc/passwd`, 'utf8')
    .split('\n')
    .map(line => line.split(':'))
    .find(line => line[0] === name)
  if (fields === undefined) throw new Error(`no account ${name} on this host`)
  return { uid: Number(fields[2]), gid: Number(fields[3]) }
}

function groupOf(root: string, name: string): number {
  const fields = readFileSync(`${root}/etc/group`, 'utf8')
    .split('\n')
    .map(line => line.split(':'))
    .find(line => line[0] === name)
  return Number(fields?.[2] ?? 0)
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/'
}

/** SHA-256 of a file of the host, as a finding would give it. */
export function hashOf(root: string, path: string): string {
  return createHash('sha256')
    .update(readFileSync(realpathSync(encodeBytes(`${root}${path}`))))
    .digest('hex')
}
