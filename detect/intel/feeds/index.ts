export { type ColumnUse, columnUses } from './columns.ts'
export { FeedError } from './get.ts'
export {
  compactSource,
  EmptyListError,
  type Imported,
  type ImportOptions,
  importSource,
  updateSource,
} from './import.ts'
export { type ImportRequest, isAddress } from './import-request.ts'
export { readList } from './read-list.ts'
export { EntrySink, type Left } from './sink.ts'
export { WrongListError } from './wrong-list-error.ts'
export { BusySourceError, removeSource } from '../write-source.ts'
