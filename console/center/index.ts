export { api, client, setCsrf } from './api.ts'
export { type AnswerTo, type FunctionName, type ItemOf, type ListResult, useCall, useChange, useList } from './calls.ts'
export { useLiveChange, useLiveUpdates } from './live.ts'
