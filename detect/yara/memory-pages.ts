import { closeSync } from 'node:fs'
import {
  openPagemap,
  type PageRange,
  type PageStep,
  pageSize,
  readPages,
  scanPages,
} from '../../native/read/process-memory.ts'
import { isFileWithoutPath, isOrdinaryMemory, type MemoryRegion } from './memory-map.ts'

/** What is in memory of a process. */
export interface ResidentMemory {
  /** Stretches without a hole, small ones first: texts lie in those, data sets and caches in the big ones. */
  readonly stretches: readonly PageRange[]
  readonly bytes: number
  /** The address space is so big that an older kernel could not say in time what is in memory. */
  readonly cut: boolean
}

export interface PageChoice {
  /** Read the unchanged pages of this mapped file too, although a path leads to it. */
  readonly wantsFile: (name: string) => boolean
  /** True the first time that it is asked about a file or segment which several processes share. */
  readonly firstSight: (file: string) => boolean
}

/** Entries of pages that an older kernel is asked for: 64 GiB of addresses, about a third of a second. */
const mostEntries = 1 << 24

/**
 * The pages of a process that are in memory and worth reading: what it wrote itself, and files that no path leads to. It
 * brings none in. Throws what opening says when the process has ended or may not be looked at.
 */
export function residentMemory(
  pid: number,
  regionsOf: (old: boolean) => MemoryRegion[],
  choice: PageChoice,
): ResidentMemory {
  const pagemap = openPagemap(pid)
  try {
    const old = !canScan(pagemap)
    return stretchesIn(regionsOf(old), choice, stepper(pagemap, old))
  } finally {
    closeSync(pagemap)
  }
}

type Step = (start: number, end: number, files: boolean) => PageStep | undefined

function canScan(pagemap: number): boolean {
  return scanPages(pagemap, 0, pageSize(), false) !== undefined
}

/** Undefined when there is no budget any more. */
function stepper(pagemap: number, old: boolean): Step {
  if (!old) return (start, end, files) => scanPages(pagemap, start, end, files)
  let left = mostEntries
  return (start, end, files) => {
    if (left <= 0) return undefined
    const step = readPages(pagemap, start, end, files)
    left -= (step.next - start) / pageSize()
    return step
  }
}

/** Exported for its test. */
export function stretchesIn(regions: readonly MemoryRegion[], choice: PageChoice, step: Step): ResidentMemory {
  const stretches: { start: number; end: number }[] = []
  let bytes = 0
  let cut = false
  for (const region of regions) {
    if (!isOrdinaryMemory(region) || region.residentBytes === 0) continue
    if (region.shared && region.file !== '0' && !choice.firstSight(region.file)) continue
    const files = isFileWithoutPath(region) || choice.wantsFile(region.name)
    // A shared mapping of a file holds only what the file says.
    if (region.shared && !files) continue
    let missing = region.residentBytes ?? Number.POSITIVE_INFINITY
    for (let at = region.start; at < region.end && missing > 0; ) {
      const found = step(at, region.end, files)
      if (found === undefined || found.next <= at) {
        cut ||= found === undefined
        break
      }
      at = found.next
      for (const { start, end } of found.ranges) {
        bytes += end - start
        missing -= end - start
        const last = stretches.at(-1)
        if (last?.end === start) last.end = end
        else stretches.push({ start, end })
      }
    }
  }
  const size = ({ start, end }: PageRange) => (end - start > bigStretch ? 1 : 0)
  return { stretches: stretches.sort((a, b) => size(a) - size(b)), bytes, cut }
}

const bigStretch = 8 << 20
