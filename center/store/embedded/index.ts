export { type Embedded, type EmbeddedHealth, type EmbeddedOptions, startEmbedded } from './supervise.ts'
export { type Binaries, findBinaries, readBinaries } from './binaries.ts'
export type { ClusterSettings } from './cluster.ts'
