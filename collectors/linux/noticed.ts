import { z } from 'zod'
import { detection, type Noticed } from '../../model/index.ts'
import { displayBytes, type Target } from '../../target/index.ts'

/** Where an agent keeps what it noticed unless told otherwise. */
export const usualNoticedFolder = '/var/lib/davylamp/agent'

const what = 'what was noticed before'
const day = 86_400_000
/** What lies further back was over before, or a scan told of it. */
const lookedBackMs = 30 * day
/** The agent puts a file of 5 MB aside. */
const mostBytes = 6_000_000
const most = { detections: 2_000, above: 12, because: 5, responses: 20, text: 300, path: 4_096 } as const

/**
 * What the agent or `davylamp watch` wrote down in `folder` as it happened, oldest first: who started what, and what was done at once. Only
 * files are read that are root's and nobody else's (0600, in a folder that only root may write). Whoever is root could still have written
 * them, so that what they say explains and decides nothing. A line that is damaged costs itself; that there were some is a gap.
 */
export function readNoticed(target: Target, folder: string): Noticed[] {
  const found = new Map<string, Noticed>()
  const since = target.now - lookedBackMs
  for (const path of [`${folder}/detections.jsonl.1`, `${folder}/detections.jsonl`]) {
    if (!isRootsAlone(target, folder, path)) continue
    let damaged = 0
    for (const line of linesOf(target, path)) {
      const one = noticedIn(line)
      if (one === undefined) damaged += 1
      // The clock may have been set back since; what is far ahead of it was never noticed.
      else if (Date.parse(one.at) >= since && Date.parse(one.at) <= target.now + day) {
        found.delete(one.detection)
        found.set(one.detection, one)
      }
    }
    if (damaged > 0) target.addGap({ what, why: `${damaged} lines cannot be read, and are left out`, path })
  }
  const all = [...found.values()]
  if (all.length > most.detections)
    target.addGap({ what, why: `more than ${most.detections}, older ones were left out`, path: folder })
  return all.slice(-most.detections)
}

function isRootsAlone(target: Target, folder: string, path: string): boolean {
  const [directory, file] = [target.files.lstat(folder), target.files.lstat(path)]
  if (file === undefined) return false
  const safe =
    directory?.type === 'directory' &&
    directory.uid === 0 &&
    (directory.mode & 0o022) === 0 &&
    file.type === 'file' &&
    file.uid === 0 &&
    (file.mode & 0o7177) === 0
  if (!safe) target.addGap({ what, why: 'not only root could have written it, so it is not believed', path })
  return safe
}

/** The last of them, where there are too many. */
function linesOf(target: Target, path: string): string[] {
  const size = target.files.stat(path)?.size ?? 0
  const offset = Math.max(0, size - mostBytes)
  const bytes = target.files.slice(path, offset, mostBytes)
  if (bytes === undefined) return []
  if (offset > 0) target.addGap({ what, why: `longer than ${mostBytes} bytes, its beginning was left out`, path })
  const lines = bytes.toString('utf8').split('\n')
  return lines.slice(offset > 0 ? 1 : 0).filter(line => line.trim() !== '')
}

const { id, at, verdict, title, because, subject, chain, responses } = detection.shape
const lineShape = z.object({
  id,
  at,
  verdict,
  title,
  because,
  subject,
  chain,
  responses,
  /** Of events only what a detection itself may lack. */
  findings: z.array(z.object({ because: z.string(), event: z.object({ cgroup: z.string().optional() }).catch({}) })),
})

function noticedIn(line: string): Noticed | undefined {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  const { data } = lineShape.safeParse(value)
  const time = data === undefined ? Number.NaN : Date.parse(data.at)
  if (data === undefined || Number.isNaN(time)) return undefined
  const cgroup = data.subject.cgroup ?? data.findings.find(one => one.event.cgroup !== undefined)?.event.cgroup
  return {
    detection: data.id,
    at: new Date(time).toISOString(),
    times: 1,
    verdict: data.verdict,
    title: shown(data.title, most.text),
    subject: shownIn({ ...data.subject, ...(cgroup === undefined ? {} : { cgroup }) }),
    chain: data.chain.slice(0, most.above).map(shownIn),
    because: [...new Set([...data.because, ...data.findings.map(one => one.because)])]
      .slice(0, most.because)
      .map(one => shown(one, most.text)),
    responses: data.responses.slice(-most.responses).map(shownIn),
  }
}

/** Texts come from the host by way of a file that may have been written by somebody else: bounded, and nothing that steers a terminal. */
function shownIn<T extends object>(value: T): T {
  const entries = Object.entries(value).map(([key, one]) => [
    key,
    typeof one === 'string' ? shown(one, key === 'path' ? most.path : most.text) : one,
  ])
  return Object.fromEntries(entries) as T
}

function shown(text: string, longest: number): string {
  return displayBytes(text.slice(0, longest).toWellFormed())
}
