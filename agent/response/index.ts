export { type BootClock, HourLedger } from './hour-counts.ts'
export { decide, type Decision, type HourCounts, type Limited, limitOf, type ResponseQuestion } from './policy.ts'
export type { AddressToBlock, RespondLine, RespondRequest } from './request.ts'
