export {
  type ConnectionSensor,
  type ConnectionSensorOptions,
  outgoing,
  ownersOf,
  startConnectionSensor,
} from './connections/connection-sensor.ts'
export { type ExecSensor, type ExecSensorOptions, startExecSensor } from './exec/exec-sensor.ts'
export { startPolledExecSensor } from './exec/polled-exec-sensor.ts'
export type { ExecSourceName } from './exec/source.ts'
export { type FileSensor, type FileSensorOptions, startFileSensor } from './files/file-sensor.ts'
export { persistencePlaces } from './files/persistence-places.ts'
export type { WatchedPlace } from './files/watched-places.ts'
export { type KeptLoads, type LoadSensor, type LoadSensorOptions, startLoadSensor } from './load/load-sensor.ts'
export {
  type LoginPlaces,
  type LoginSensor,
  type LoginSensorOptions,
  startLoginSensor,
  usualLoginPlaces,
} from './logins/login-sensor.ts'
export type { Verdict } from './gate/answerer.ts'
export { type Gate, type GateOptions, startGate } from './gate/gate.ts'
export { ProcReader } from './proc-reader.ts'
