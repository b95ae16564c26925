export { quarantinedFileHandlers } from './api.ts'
export { forgetFetched } from './forget.ts'
export { sentFiles } from './sent-files.ts'
