export { upgradeHandlers } from './api.ts'
