export { type BootClock, HourLedger, hostClock } from './hour-counts.ts'
export {
  decide,
  type Decision,
  type HourCounts,
  type Limited,
  limitOf,
  noCounts,
  type ResponseQuestion,
} from './policy.ts'
export type { AddressToBlock, ListedState, RespondLine, RespondRequest } from './request.ts'
