export { type AddressScope, addressScope, isUnspecified } from './address-scope.ts'
export { cgroupPath, containerId } from './cgroup.ts'
export { decodeBytes, displayBytes, encodeBytes, exactBytes, fromFact } from './bytes.ts'
export type { ReadAt } from './journal/blocks.ts'
export { type JournalEntry, JournalFile, type JournalOptions, type JournalQuery } from './journal/journal-file.ts'
export { liveTarget } from './live-target.ts'
export { Unpacked, unpackLz4Block } from './lz4-block.ts'
export { type MemoryTargetOptions, memoryTarget } from './memory-target.ts'
export type { MemoryFile } from './memory-tree.ts'
export {
  accountPrograms,
  type AuthEvent,
  type AuthTrace,
  authEvent,
  authTrace,
  sshPrograms,
} from './logins/auth-line.ts'
export { type LogLine, parseLogLine, zoneOffset } from './logins/log-line.ts'
export {
  layoutOf,
  type LoginRecord,
  parseLoginRecords,
  type RecordLayout,
  recordLayout,
  recordTypes,
} from './logins/login-records.ts'
export { type MountedTree, mountedTree } from './mounted-tree.ts'
export { parseStat, parseStatus, type ProcStat, type ProcStatus, ticksPerSecond } from './proc-stat.ts'
export { procNetSockets, rowOf as procNetRow } from './proc-net.ts'
export { type ProcessOptions, processFiles } from './process-files.ts'
export {
  type FileDigest,
  type FileStat,
  type FileTree,
  type HashAlgorithm,
  hashAlgorithms,
  type SocketRow,
  type SocketTable,
  type Target,
} from './target.ts'
export { TargetError } from './target-error.ts'
export { findWallet, findWallets, type Wallet } from './wallets/find-wallets.ts'
