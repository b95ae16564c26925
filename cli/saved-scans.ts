import { resolve } from 'node:path'
import { allScans, type SavedScan } from './state/saved-scan.ts'

/** The last scans, newest first: of one target where a root is given. */
export function savedScans(state: string, root: string | undefined): SavedScan[] {
  const all = allScans(state)
  return root === undefined ? all : all.filter(one => one.scan.target.root === resolve(root))
}
