import { statSync } from 'node:fs'
import type { Detection, Examination } from '../../model/index.ts'
import { ownProcDirectory } from '../../native/read/own-proc.ts'
import { containerId, decodeBytes, displayBytes, parseStatus } from '../../target/index.ts'
import type { Knowledge } from './knowledge.ts'
import { userNameOf } from './rights.ts'

interface ProcessStart {
  readonly pid: number
  readonly startTime: number
}

/** A process as people and runs name it. */
export function describe(knowledge: Knowledge, { pid, startTime }: ProcessStart, { path, sha256 }: Examination) {
  const { files } = knowledge.target()
  const text = (name: string) => decodeBytes(files.read(`/proc/${pid}/${name}`, 65_536, 'fine') ?? Buffer.alloc(0))
  const argv = text('cmdline').replace(/\0+$/, '').split('\0')
  const user = userNameOf(knowledge, parseStatus(text('status')).uid)
  const container = containerId(text('cgroup'))
  const link = `${ownProcDirectory()}/${pid}/exe`
  const stat = statSync(link, { throwIfNoEntry: false, bigint: true })
  const says = files.readLink(`/proc/${pid}/exe`)?.replace(/ \(deleted\)$/, '')
  const executable = says?.startsWith('/memfd:') === true ? says.slice(1) : says
  const told: Detection['subject'] = {
    kind: 'process',
    pid,
    startTime,
    command: displayBytes(argv.join(' ')),
    ...(path === undefined ? {} : { path }),
    ...(user === undefined ? {} : { user }),
    ...(container === undefined ? {} : { container: displayBytes(container) }),
    ...(sha256 === undefined ? {} : { sha256 }),
  }
  return {
    subject: { told, argv, cwd: files.readLink(`/proc/${pid}/cwd`) },
    executable,
    identity: stat === undefined ? undefined : `${stat.dev}:${stat.ino}:`,
  }
}
