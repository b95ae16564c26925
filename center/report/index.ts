export { reportHandlers } from './api.ts'
