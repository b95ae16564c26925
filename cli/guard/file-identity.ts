import { existsSync, statSync } from 'node:fs'
import { ownProcDirectory } from '../../native/read/own-proc.ts'
import { encodeBytes, fromFact } from '../../target/index.ts'

/** As the process sees it: in a container the same path is another file. Of one that has ended only the host's view is left. */
export function identityFor(pid: number, path: string): string {
  const root = `${ownProcDirectory()}/${pid}/root`
  return identityOf(existsSync(`${root}/`) ? `${root}${path}` : path)
}

/** Empty when it is not there: nothing is remembered by that. */
export function identityOf(path: string): string {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(encodeBytes(fromFact(path, undefined)), { bigint: true })
    return `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`
  } catch {
    return ''
  }
}
