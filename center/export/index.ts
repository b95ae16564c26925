export { exportHandlers } from './api.ts'
export { exportOnce } from './send.ts'
export { type ExportWorker, startExports } from './worker.ts'
