import type { Action } from '../../model/index.ts'
import { shortened } from './label.ts'

const most = 300

/** What an action is done to, without the deed: a path, a process, an address. */
export function actionObject(action: Action): string {
  return shortened(wholeObject(action), most)
}

function wholeObject(action: Action): string {
  switch (action.kind) {
    case 'block-address':
    case 'unblock-address':
      return action.address
    case 'freeze-processes':
      return action.processes.map(one => `${one.path ?? one.command} (${one.pid})`).join(', ')
    case 'preserve-process':
    case 'kill-process':
      return `${action.process.path ?? action.process.command} (${action.process.pid})`
    case 'remove-line':
    case 'replace-line':
      return `${action.path}:${action.line} ${action.text}`
    case 'mask-unit':
    case 'lock-account':
    case 'remove-account':
      return action.name
    case 'remove-unit':
      return action.name === action.path ? action.path : `${action.name} ${action.path}`
    case 'reinstall-package':
      return action.package
    case 'stop-container':
      return action.name
    case 'set-sysctl':
      return `${action.name} = ${action.value}`
    default:
      return action.path
  }
}
