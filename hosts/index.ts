export { decoys } from './decoys.ts'
export type * from './host-part.ts'
export { poolPort, wallet } from './host-part.ts'
export { infections } from './infections/index.ts'
