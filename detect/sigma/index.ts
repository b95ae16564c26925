// What judges, without what reads rule files: all that a process needs which is to stay small.
export { type CompileOptions, compileRules, createStream, type Match, type RuleSet, type Stream } from './compile.ts'
export { eventSources, viewsOfEvent } from './host-event.ts'
export { fitsLogSource } from './log-source.ts'
export { WrittenNumber } from './rule.ts'
export type { AnyRule, Correlation, Filter, LogSource, Problem, Rule, Value } from './rule.ts'
