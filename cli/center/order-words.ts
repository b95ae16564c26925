import type { OrderAction } from '../../model/wire/index.ts'
import { showDuration } from '../duration.ts'

/** What an order asks of a host, in words. */
export function orderWords(action: OrderAction): string {
  switch (action.kind) {
    case 'scan':
      return `scan (${action.mode}${action.path === undefined ? '' : ` ${action.path}`})`
    case 'report-inventory':
      return 'report the whole inventory'
    case 'report-processes':
      return 'report the processes of now'
    case 'clean':
      return `clean incident ${action.incident}${action.finding === undefined ? '' : `, finding ${action.finding}`} (${action.handling}${action.plan === undefined ? '' : `, plan ${action.plan.slice(0, 12)}`})`
    case 'prove':
      return `prove run ${action.run}`
    case 'undo':
      return `undo ${action.action === undefined ? '' : `action ${action.action} of `}run ${action.run}`
    case 'restore':
      return `restore ${action.entry} from quarantine (sha256 ${action.sha256})`
    case 'send-quarantined':
      return `send ${action.entry} from quarantine (sha256 ${action.sha256})`
    case 'block':
      return `block ${action.addresses.join(', ')} for ${showDuration(action.seconds)}`
    case 'unblock':
      return `let ${action.addresses.join(', ')} through again`
    case 'upgrade':
      return `upgrade to ${action.version} (sha256 ${action.sha256})`
    case 'cancel':
      return `cancel order ${action.order}`
  }
}
