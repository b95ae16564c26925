export { missedMessage, pgBus } from './pg-bus.ts'
