import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { basename, join } from 'node:path'

/** Runs one of the scripts in `folders` by its name, or lists them when no name is given; the exit status to end with. */
export function runNamed(root: string, folders: readonly string[], args: readonly string[], say = console.log): number {
  const scripts = new Map(
    folders
      .flatMap(folder => globSync(`${folder}/*.ts`, { cwd: root }))
      .filter(file => !file.endsWith('.test.ts'))
      .sort()
      .map(file => [basename(file, '.ts'), file]),
  )
  const [name, ...rest] = args
  const script = scripts.get(name ?? '')
  if (script !== undefined) {
    const flags = process.execArgv
    return (
      spawnSync(process.execPath, [...flags, join(root, script), ...rest], { cwd: root, stdio: 'inherit' }).status ?? 70
    )
  }
  if (name !== undefined) say(`there is no ${name}`)
  say(
    scripts.size === 0
      ? `nothing to run in ${folders.join(', ')}`
      : `there are:\n  ${[...scripts.keys()].join('\n  ')}`,
  )
  return name === undefined ? 0 : 64
}
