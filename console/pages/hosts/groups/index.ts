export { type GroupObject, groupTree } from './group-tree.ts'
export { Groups } from './groups.tsx'
