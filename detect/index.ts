export {
  type CompiledRule,
  type CompileOptions,
  compileRules,
  createStream,
  evaluate,
  type Match,
  type RuleSet,
  type Stream,
  type StreamOptions,
} from './sigma/compile.ts'
export type { Matched } from './sigma/detection.ts'
export { type Linked, viewsOfFact } from './sigma/fact-event.ts'
export { checkFields, type FieldNames, type KnownFields } from './sigma/check-fields.ts'
export { eventFields, factFields } from './sigma/fields.ts'
export {
  type EvalResult,
  evalLines,
  type FolderResult,
  loadRuleFiles,
  testFolders,
  viewsOfLine,
} from './sigma/folders.ts'
export { eventSources, viewsOfEvent } from './sigma/host-event.ts'
export { fitsLogSource, type View } from './sigma/log-source.ts'
export type { Placeholders } from './sigma/placeholders.ts'
export { type Parsed, parseRules } from './sigma/parse.ts'
export type { AnyRule, Correlation, Filter, LogSource, Problem, Rule, RuleHead } from './sigma/rule.ts'
export { viewsOfWindowsEvent } from './sigma/windows-event.ts'
export type { CompiledContent } from './yara/compile-content.ts'
export { type ContentFiles, foreignContentFiles, isContentFile, ownContentFiles } from './yara/content-files.ts'
export { listOf, metaNames, ownNamespace } from './yara/content-rule.ts'
export type { ContentRule } from './yara/content-scanner.ts'
export { readContentRules, type WrittenRule } from './yara/read-content.ts'
export type { ContentSource } from './yara/usable-rules.ts'
