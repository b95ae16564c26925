/** One mapping of a process: a line of `/proc/PID/maps`, or of `smaps` with what is in memory of it (proc(5)). */
export interface MemoryRegion {
  readonly start: number
  readonly end: number
  readonly readable: boolean
  readonly shared: boolean
  /** `MAJOR:MINOR` and inode of the mapped file; `0` for memory without one. */
  readonly file: string
  /** What is mapped, as the kernel writes it: a path, `[heap]`, `/memfd:NAME (deleted)`; empty for memory without a name. */
  readonly name: string
  /** Only of smaps. */
  residentBytes?: number
}

const header = /^([0-9a-f]{1,16})-([0-9a-f]{1,16}) ([r-])[w-][x-]([ps]) [0-9a-f]+ ([0-9a-f]+:[0-9a-f]+) (\d+) *(.*)$/
const resident = /^Rss: +(\d{1,15}) kB$/

/** What is no mapping in a text is passed over: the process may have ended in the middle of it. */
export function parseMemoryMap(text: string): MemoryRegion[] {
  const regions: MemoryRegion[] = []
  for (const line of text.split('\n')) {
    const last = regions.at(-1)
    const kilobytes = resident.exec(line)?.[1]
    if (kilobytes !== undefined && last !== undefined) last.residentBytes = Number(kilobytes) * 1024
    const region = regionOf(line)
    if (region !== undefined) regions.push(region)
  }
  return regions
}

function regionOf(line: string): MemoryRegion | undefined {
  const [, from = '', to = '', readable, sharing, device = '', inode = '', name = ''] = header.exec(line) ?? []
  const [start, end] = [Number.parseInt(from, 16), Number.parseInt(to, 16)]
  // The kernel's own page at the end of the address space cannot be counted exactly, nor read.
  if (!(start < end) || end > Number.MAX_SAFE_INTEGER) return undefined
  return {
    start,
    end,
    readable: readable === 'r',
    shared: sharing === 's',
    file: inode === '0' ? '0' : `${device} ${inode}`,
    name,
  }
}

const devices =
  /^(?:\/dev\/(?!shm\/|zero|mqueue\/|hugepages\/)|anon_inode:|socket:|\/?dmabuf:|\[(?:vvar|vsyscall|vdso|uprobes))/

/** False for what devices and the kernel map there: reading that could change them. */
export function isOrdinaryMemory({ name, readable }: MemoryRegion): boolean {
  return readable && !devices.test(name)
}

/** True where the pages of a mapped file are worth reading too: it has no path any more, or lies in memory itself. */
export function isFileWithoutPath({ name }: MemoryRegion): boolean {
  return name.endsWith(' (deleted)') || /^\/(?:memfd:|SYSV|dev\/)|^$|^\[/.test(name)
}
