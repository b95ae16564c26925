import { execFileSync, spawnSync } from 'node:child_process'
import { lstatSync } from 'node:fs'

const path = '/usr/bin/systemctl'
const env = { PATH: '/usr/bin:/bin', LANG: 'C' }

/** The manager is asked by its own tool. Throws where there is none, or it says no. */
export function systemctl(words: readonly string[]): void {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found?.isFile() !== true) throw new Error(`there is no ${path}`)
  execFileSync(path, [...words], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 120_000,
  })
}

export function serviceActive(): boolean {
  try {
    systemctl(['is-active', '--quiet', 'davylamp-agent.service'])
    return true
  } catch {
    return false
  }
}

/** In what state systemd says that the service is; anybody may ask. */
export function serviceWords(): string {
  const words = ['show', '--property=ActiveState', '--value', 'davylamp-agent.service']
  const { stdout } = spawnSync(path, words, { env, encoding: 'utf8', timeout: 5_000 })
  return stdout?.trim() || 'unknown: systemd gives no answer'
}

/** Whether the whole system goes down or into a reboot; false where nobody can say. */
export function systemStops(): boolean {
  return spawnSync(path, ['is-system-running'], { env, encoding: 'utf8', timeout: 5_000 }).stdout?.trim() === 'stopping'
}
