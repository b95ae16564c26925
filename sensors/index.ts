export { type ExecSensor, type ExecSensorOptions, startExecSensor } from './exec/exec-sensor.ts'
export type { ExecSourceName } from './exec/source.ts'
