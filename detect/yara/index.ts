// What scans contents, loaded only when something is to be scanned. What only reads rules is in detect/index.ts.
export { checkContentRules, type CompiledContent, compileContentRules, contentVersion } from './compile-content.ts'
export type {
  CompiledContentRules,
  ContentLook,
  ContentOrigin,
  ContentRule,
  ContentScanner,
} from './content-scanner.ts'
export { metaNames, ownNamespace } from './content-rule.ts'
export { keepRules, keptRules } from './kept-rules.ts'
export { openContentScanner, type ScannerOptions } from './open-scanner.ts'
export type { ContentSource } from './usable-rules.ts'
export { type FileLook, FileLooker } from './walk-file.ts'
export { type CachePlace, type ContentsRequest, readContents } from './walk.ts'
export { paceOf } from './walk-pace.ts'
export type { ContentCounts, ContentFound, ContentsRead } from './walk-result.ts'
export { type MemoryScanOptions, scanMemory } from './memory.ts'
