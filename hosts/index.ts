export { decoys } from './decoys.ts'
export type * from './host-part.ts'
export { poolPort } from './host-part.ts'
export { infections } from './infections/index.ts'
