import type { Collector } from '../collector.ts'

/** Every collector for Linux, in the order in which they run within a stage. */
export const linuxCollectors: readonly Collector[] = []
