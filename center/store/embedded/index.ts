export { runningConnection } from './running.ts'
export { type Embedded, type EmbeddedHealth, type EmbeddedOptions, startEmbedded } from './supervise.ts'
export { type Binaries, findBinaries, hasServer, readBinaries } from './binaries.ts'
export { type ClusterSettings, olderData } from './cluster.ts'
