export { type BareDatabase, openBareDatabase, openTestStore, type TestStore } from './test-store.ts'
export {
  serverBinaries,
  serverMissing,
  serverOfTests,
  type ServerVersion,
  stopTestServers,
  testServer,
} from './test-server.ts'
export { silentLog } from './silent-log.ts'
export { startProcess, type TestProcess } from './center-process.ts'
