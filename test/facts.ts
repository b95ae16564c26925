export { factWith } from '../rulebook/index.ts'
