export { makeWorker, type WorkerOptions } from './worker.ts'
