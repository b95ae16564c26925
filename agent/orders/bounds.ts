import type { Action } from '../../model/index.ts'
import type { Refusal } from '../../model/wire/index.ts'

/** What the owner of the host allows one order to do at most. */
export interface Bounds {
  readonly mostActions: number
  /** Absolute paths; nothing at or below them is touched. */
  readonly neverTouch: readonly string[]
}

/** Why a plan is not carried out for an order. */
export interface Broken {
  readonly refusal: Refusal
  readonly reason: string
}

/**
 * Whether a plan keeps to the bounds. Checked twice: when the order comes in, and in the process that carries out, on the plan
 * that it really has. `resolve` follows the links above a path, so that no link leads around a protected folder.
 */
export function brokenBounds(
  plan: { readonly actions: readonly { readonly action: Action }[] },
  bounds: Bounds,
  resolve: (path: string) => string,
): Broken | undefined {
  if (plan.actions.length > bounds.mostActions)
    return {
      refusal: 'local-policy',
      reason: `The plan has ${plan.actions.length} actions; one order may carry out ${bounds.mostActions} (orders.mostActions in agent.yml).`,
    }
  const forbidden = bounds.neverTouch.flatMap(one => [trimmed(one), trimmed(resolve(one))])
  for (const { action } of plan.actions)
    for (const path of touchedPaths(action)) {
      const where = forbidden.find(one => isBelow(path, one) || isBelow(resolve(path), one))
      if (where !== undefined)
        return {
          refusal: 'protected',
          reason: `The plan would touch ${path} (${action.kind}), and nothing below ${where} may be touched by an order (orders.neverTouch in agent.yml).`,
        }
    }
  return undefined
}

const accountFiles = ['/etc/passwd', '/etc/shadow', '/etc/group', '/etc/gshadow', '/etc/subuid', '/etc/subgid']

/** Every path that an action names or is known to write. */
export function touchedPaths(action: Action): readonly string[] {
  switch (action.kind) {
    case 'block-address':
    case 'unblock-address':
      return []
    case 'freeze-processes':
      return [...action.processes.flatMap(one => one.path ?? []), ...action.follow.paths].filter(isAbsolute)
    case 'preserve-process':
    case 'kill-process':
      return [action.process.path ?? ''].filter(isAbsolute)
    case 'mask-unit':
      return [`/run/systemd/system/${action.name}`, `/etc/systemd/system/${action.name}`]
    case 'remove-unit':
      return [action.path, ...action.links]
    case 'lock-account':
      return accountFiles.slice(0, 2)
    case 'remove-account':
      return [...accountFiles, `/var/spool/cron/crontabs/${action.name}`, `/var/spool/cron/${action.name}`]
    case 'reinstall-package':
      return action.paths
    case 'set-sysctl':
      return [`/proc/sys/${action.name.replaceAll('.', '/')}`]
    case 'restore-command':
      return [action.path, action.from]
    case 'preserve-file':
    case 'clear-attributes':
    case 'remove-line':
    case 'replace-line':
    case 'quarantine-file':
    case 'unmount':
    case 'stop-container':
      return [action.path].filter(isAbsolute)
  }
}

function isAbsolute(path: string): boolean {
  return path.startsWith('/')
}

function isBelow(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`)
}

function trimmed(path: string): string {
  return path.replace(/\/+$/, '')
}
