import type { Action, Phase } from '../../model/index.ts'
import { showDuration } from '../duration.ts'
import { count } from './verdict.ts'

/** What an action does, in words that fit on a line. */
export function describeAction(action: Action): string {
  switch (action.kind) {
    case 'block-address':
      return `block ${action.address} for ${showDuration(action.seconds)}`
    case 'unblock-address':
      return `let ${action.address} through again`
    case 'freeze-processes':
      return `freeze ${count(action.processes.length, 'process', 'processes')} at once (pid ${some(action.processes.map(one => String(one.pid)))})`
    case 'preserve-process':
      return `keep a copy of pid ${action.process.pid} ${action.process.path ?? action.process.command}`
    case 'preserve-file':
      return `keep a copy of ${seen(action.path)}`
    case 'clear-attributes':
      return `take ${[...action.flags, ...(action.acl ? ['access list'] : [])].join(' and ')} off ${seen(action.path)}`
    case 'remove-line':
      return `remove line ${action.line} of ${action.path}: ${shortened(action.text)}`
    case 'replace-line':
      return `change line ${action.line} of ${action.path} to: ${shortened(action.replacement)}`
    case 'mask-unit':
      return `keep ${action.name} from starting${ofUser(action.user)}`
    case 'remove-unit':
      return `quarantine unit ${action.name}${ofUser(action.user)} at ${action.path}${action.links.length > 0 ? ` with ${count(action.links.length, 'link')}` : ''}`
    case 'quarantine-file':
      return `quarantine ${seen(action.path)}${action.linkTarget === undefined ? '' : ` (a link to ${action.linkTarget})`}`
    case 'kill-process':
      return `kill pid ${action.process.pid} ${action.process.path ?? action.process.command}`
    case 'lock-account':
      return `lock account ${action.name}`
    case 'remove-account':
      return `remove account ${action.name} (uid ${action.uid}; its home stays)`
    case 'restore-command':
      return `restore ${action.path} from ${action.from}`
    case 'reinstall-package':
      return `reinstall package ${action.package}`
    case 'unmount':
      return `unmount what hides ${action.path}`
    case 'stop-container':
      return `stop container ${action.name} and its restarts`
    case 'set-sysctl':
      return `set ${action.name} back to ${action.value}`
  }
}

export const phaseWords: Readonly<Record<Phase, string>> = {
  contain: 'Contain: cut it off',
  freeze: 'Freeze: stop all of it at once',
  preserve: 'Preserve: keep evidence',
  disarm: 'Disarm: take away what starts it',
  remove: 'Remove',
  repair: 'Repair',
}

/** A blank in a name is easily missed. */
function seen(path: string): string {
  return /\s/.test(path) ? `'${path}'` : path
}

/** A key or wallet is known by its beginning and its end. */
function shortened(text: string): string {
  const letters = [...text]
  return letters.length <= 160 ? text : `${letters.slice(0, 70).join('')} … ${letters.slice(-50).join('')}`
}

function some(values: readonly string[]): string {
  return values.length <= 8 ? values.join(', ') : `${values.slice(0, 8).join(', ')} and ${values.length - 8} more`
}

function ofUser(user: string | undefined): string {
  return user === undefined ? '' : ` (of ${user})`
}
