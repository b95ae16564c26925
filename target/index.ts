export { decodeBytes, displayBytes, encodeBytes, exactBytes, fromFact } from './bytes.ts'
export type { FileDigest, FileStat, FileTree, SocketRow, SocketTable, Target } from './target.ts'
