import type { Target } from '../../target/index.ts'

/** One line of `/proc/PID/mountinfo` (proc_pid_mountinfo(5)). */
export interface MountLine {
  readonly mountId: number
  /** `MAJOR:MINOR` of the file system: the same wherever it is mounted. */
  readonly device: string
  /** Directory within the file system that is mounted. */
  readonly root: string
  /** Where it is mounted. */
  readonly path: string
  readonly options: string
  readonly fileSystem: string
  readonly source: string
  readonly superOptions: string
}

/** The mounts that a process sees. */
export function readMounts(target: Target, process: number | 'self' = 'self'): MountLine[] {
  const mounts: MountLine[] = []
  for (const line of (target.files.text(`/proc/${process}/mountinfo`) ?? '').split('\n', 20_000)) {
    const mount = parseMount(line)
    if (mount) mounts.push(mount)
  }
  return mounts
}

export function parseMount(line: string): MountLine | undefined {
  const fields = line.split(' ')
  const dash = fields.indexOf('-', 6)
  const [id, , device = '', root, path, options] = fields
  if (dash < 0 || root === undefined || path === undefined || options === undefined || !/^\d+$/.test(id ?? ''))
    return undefined
  return {
    mountId: Number(id),
    device,
    root: plain(root),
    path: plain(path),
    options,
    fileSystem: plain(fields[dash + 1] ?? ''),
    source: plain(fields[dash + 2] ?? ''),
    superOptions: fields[dash + 3] ?? '',
  }
}

/** The kernel writes space, tab, newline and backslash as three octal digits. */
function plain(text: string): string {
  return text.replace(/\\([0-3][0-7]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}
