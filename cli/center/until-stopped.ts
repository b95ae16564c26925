import type { RunningCenter } from '../../center/index.ts'

/** Waits for SIGTERM or Ctrl-C (false), or SIGHUP: the center is started again at once, so its database may run on (true). */
export function untilStopped({ center }: Pick<RunningCenter, 'center'>): Promise<boolean> {
  return new Promise(resolve => {
    process.once('SIGHUP', () => resolve(true))
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.once(signal, () => {
        center.log.info(`${signal}: stopping`)
        // Who asks twice does not want to wait.
        process.once(signal, () => process.exit(1))
        resolve(false)
      })
  })
}
