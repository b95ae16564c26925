export { decoys } from './decoys.ts'
export type * from './host-part.ts'
export { poolPort, wallet } from './host-part.ts'
export { bootedInfections, infections, plantedInfections } from './infections/index.ts'
