export type { CollectOptions } from './collect.ts'
export { collectFacts } from './collect.ts'
export type { Collector, Owner, Person, Survey } from './collector.ts'
export { linuxCollectors } from './linux/index.ts'
