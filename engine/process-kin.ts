import { isBad, type WalkLimits } from './guilt.ts'
import { isSharedTool } from './places.ts'
import { isOwned, type Known, liesOddly, type World } from './world.ts'

/** A program of a package that is no interpreter: its children are not guilty because it is. */
export function isPlainService(fact: Known<'process'>): boolean {
  return isOwned(fact.ownership) && (fact.path === undefined || !isSharedTool(fact.path))
}

/**
 * The parent belongs to it when it is suspicious or hidden itself, or a shell that was told to run exactly this. A service
 * that was broken into started the miner too, and is not guilty of it.
 */
export function startsIt(parent: Known<'process'>, child: Known<'process'>, world: World, limits: WalkLimits): boolean {
  if (parent.pid <= 1 || parent.kernelThread) return false
  const own = [parent.path, parent.script].filter((one): one is string => one !== undefined && !isSharedTool(one))
  if (own.some(liesOddly) || world.filesAt(own).some(one => isBad(one, limits))) return true
  const names = [child.path, child.script].filter((one): one is string => one !== undefined && !isSharedTool(one))
  return isShell(parent) && parent.argv.length > 1 && names.some(name => parent.command.includes(name))
}

function isShell(fact: Known<'process'>): boolean {
  return /\/(ba|da|z|k|a)?sh$|\/busybox$/.test(fact.path ?? '')
}

/** Two processes that run one program, which is no tool that everybody runs. */
export function sameProgram(a: Known<'process'>, b: Known<'process'>, world: World): boolean {
  if (a.kernelThread || b.kernelThread) return false
  // Two containers, or one and the host, have different files under one path.
  const sameFiles = a.container === b.container
  if (a.script !== undefined || b.script !== undefined)
    return sameFiles && a.script !== undefined && a.script === b.script
  if (a.path === undefined || isOwned(a.ownership) || isSharedTool(a.path)) return false
  return (
    (sameFiles && a.path === b.path) || (a.sha256 !== undefined && a.sha256 === b.sha256 && !isCopyOfPackaged(a, world))
  )
}

function isCopyOfPackaged(fact: Known<'process'>, world: World): boolean {
  return fact.path !== undefined && world.file(fact.path)?.packagedCopy !== undefined
}
