import {
  closeSync,
  constants,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { selfDestruct } from '../native/gate/self-destruct.ts'
import { SystemCallError } from '../native/libc.ts'
import { sealedMemoryFile } from '../native/memory-file.ts'
import { tryLock } from '../native/own-lock.ts'
import { bootClockMs } from '../native/read/clock.ts'
import { dataSegments } from '../native/read/data-segments.ts'
import { readDirectory } from '../native/read/directory.ts'
import { eachEntry } from '../native/read/directory-entries.ts'
import { duplicate } from '../native/read/duplicate.ts'
import { extendedAttribute } from '../native/read/extended-attribute.ts'
import { fileFlags } from '../native/read/file-flags.ts'
import { FileStatus } from '../native/read/file-status.ts'
import { fileSystemType } from '../native/read/file-system-type.ts'
import { openInotify } from '../native/read/kernel-events/inotify.ts'
import { openName, O_PATH, readLinkOf } from '../native/read/open.ts'
import { openBelow } from '../native/read/open-below.ts'
import { processExists } from '../native/read/process-exists.ts'
import { pageSize, readMemory } from '../native/read/process-memory.ts'
import { hasAffinity, isProcess } from '../native/read/process-probes.ts'
import { openWaker, waitReadable } from '../native/read/wait.ts'
import { sendDatagram } from '../native/unix-datagram.ts'
import { openDirectory, openEntry, openFlags, readEntryLink } from '../native/write/directory.ts'
import {
  linkEntry,
  renameEntry,
  renameEntryNew,
  setMode,
  setOwner,
  setTimes,
  symlinkEntry,
  unlinkEntry,
} from '../native/write/entry.ts'
import { extendedAttributes, setExtendedAttribute } from '../native/write/extended-attributes.ts'
import { inodeFlags } from '../native/write/inode-flags.ts'
import { tryRecordLock } from '../native/write/lock.ts'
import { signalProcess } from '../native/write/signal.ts'
import { getRawPointer } from 'node:ffi'

// Calls of the native door in an empty folder, for a comparison of processors: prints what each gave, or how it failed. Nothing
// that is printed depends on the machine.
const [folder = ''] = process.argv.slice(2)
const said: Record<string, unknown> = {}

function probe(name: string, call: () => unknown): void {
  try {
    said[name] = call()
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error
    said[name] = error.code
  }
}

const bytes = (text: string) => Buffer.from(text)
mkdirSync(join(folder, 'sub'))
writeFileSync(join(folder, 'file'), 'content', { mode: 0o640 })
const root = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY)

probe('openName, readLinkOf', () => {
  symlinkEntry(root, bytes('link'), bytes('/some where'))
  return readLinkOf(openName(root, bytes('link'), O_PATH)).toString()
})
probe('openName never follows', () => openName(root, bytes('link'), constants.O_RDONLY))
probe('openBelow', () => readFileSync(openBelow(root, bytes('sub/../file'), constants.O_RDONLY), 'utf8'))
probe('openBelow of a link', () => openBelow(root, bytes('link'), constants.O_RDONLY))
probe('openBelow of what is no folder', () =>
  openBelow(root, bytes('file'), constants.O_RDONLY | constants.O_DIRECTORY),
)
probe('openDirectory', () => readlinkSync(`/proc/self/fd/${openDirectory(root, bytes('sub'))}`).slice(folder.length))
probe('openDirectory of a file', () => openDirectory(root, bytes('file')))
probe('openEntry makes', () => {
  const file = openEntry(root, bytes('made'), openFlags.readWrite | openFlags.create | openFlags.exclusive, 0o600)
  return [writeSync(file, 'made here'), readFileSync(join(folder, 'made'), 'utf8')]
})
probe('openEntry never follows', () => openEntry(root, bytes('link'), openFlags.read))
probe('openEntry of a folder', () => openEntry(root, bytes('sub'), openFlags.read | openFlags.directory) > 0)
probe('readEntryLink', () => readEntryLink(root, bytes('link')).toString())
probe('directory entries', () => {
  const names: string[] = []
  eachEntry(root, (name, type) => names.push(`${name.toString('latin1', 0, name.length - 1)} ${type}`) > 0)
  const again = openSync(folder, 'r')
  const others = readDirectory(again, 100).map(({ name, type }) => `${name.toString()} ${type}`)
  return [names.sort(), others.sort()]
})
probe('rename', () => {
  linkEntry(root, bytes('file'), root, bytes('second'))
  renameEntry(root, bytes('second'), root, bytes('third'))
  unlinkEntry(root, bytes('third'))
  unlinkEntry(root, bytes('sub'), true)
  return readDirectory(openSync(folder, 'r'), 100).length
})
probe('renameEntryNew over another', () => renameEntryNew(root, bytes('file'), bytes('made')))
probe('status, mode, owner and times', () => {
  const file = openName(root, bytes('file'), O_PATH)
  setMode(file, 0o4711)
  if (process.getuid?.() === 0) setOwner(file, 7, 8)
  setTimes(file, 1_000_000_000n, 1_234_567_890_123_456_789n)
  const status = new FileStatus()
  status.fillAt(root, bytes('file\0'))
  return [
    status.isFile,
    status.isDirectory,
    status.links,
    status.size,
    status.words[5],
    status.words[6],
    (status.words[7] ?? 0) & 0xffff,
    status.words[28],
  ]
})
probe('extended attributes', () => {
  const file = openSync(join(folder, 'file'), 'r')
  setExtendedAttribute(file, 'user.davylamp', bytes('value'))
  return [
    extendedAttribute(bytes(join(folder, 'file')), 'user.davylamp')?.toString(),
    extendedAttributes(file).map(([name, value]) => `${name} ${value}`),
  ]
})
probe('flags', () => [fileFlags(root) & 0x30, inodeFlags(root) & 0x30])
probe('holes', () => {
  const file = openSync(join(folder, 'sparse'), 'w+')
  ftruncateSync(file, 1 << 22)
  writeSync(file, 'x', 1 << 21)
  return [...dataSegments(file, 1 << 22)].length
})
probe('duplicate', () => {
  const other = duplicate(root)
  closeSync(other)
  return other >= 3
})
probe('file system', () => fileSystemType('/proc'))
probe('locks', () => {
  const [one, other] = [openSync(join(folder, 'made'), 'r+'), openSync(join(folder, 'made'), 'r+')]
  return [tryLock(one), tryLock(other), tryRecordLock(one)]
})
probe('processes', () => [
  processExists(process.pid),
  processExists(0x7fff_fff0),
  hasAffinity(process.pid),
  hasAffinity(0x7fff_fff0),
  isProcess(process.pid),
  isProcess(0x7fff_fff0),
])
probe('signal', () => signalProcess(0x7fff_fff0, 'stop', () => true))
probe('wait', () => {
  const waker = openWaker()
  const before = waitReadable([waker], 0)
  writeSync(waker, Buffer.of(1, 0, 0, 0, 0, 0, 0, 0))
  return [before, waitReadable([waker], 1000)]
})
probe('inotify', () => {
  const changes = openInotify()
  changes.watch(folder)
  writeFileSync(join(folder, 'new'), 'x')
  const seen: string[] = []
  changes.each(({ name, change }) => seen.push(`${name} ${change}`))
  changes.close()
  return seen
})
probe('sealed memory', () => {
  const file = sealedMemoryFile('davylamp', bytes('sealed'))
  try {
    writeSync(file, 'x', 0)
    return 'written'
  } catch (error) {
    return [(error as NodeJS.ErrnoException).code, readFileSync(`/proc/self/fd/${file}`, 'utf8')]
  }
})
probe('datagram to nobody', () => sendDatagram(join(folder, 'nobody'), bytes('x')))
probe('memory', () => {
  const [from, to] = [bytes('what is in memory'), Buffer.alloc(17)]
  const start = Number(getRawPointer(from))
  return [readMemory(process.pid, [{ start, length: from.length, at: 0 }], to), to.toString()]
})
probe('page', () => pageSize() >= 4096)
probe(
  'clock',
  () => Math.abs(bootClockMs() - Number(readFileSync('/proc/uptime', 'latin1').split(' ')[0]) * 1000) < 60_000,
)
probe('timer', () => {
  const timer = selfDestruct(60_000)
  timer.wind()
  timer.stop()
  return 'wound and stopped'
})
console.log(JSON.stringify(said))
