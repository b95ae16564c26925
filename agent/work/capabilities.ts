import type { OrderKind } from '../../model/wire/index.ts'

/** What this agent can be asked, for `hello`: an order for anything else is refused. */
export const capabilities: readonly (OrderKind | 'scan:quick' | 'scan:full' | 'scan:path' | 'later-looks')[] = [
  'scan',
  'scan:quick',
  'scan:full',
  'scan:path',
  'report-inventory',
  'report-processes',
  'clean',
  'prove',
  'undo',
  'restore',
  'send-quarantined',
  'block',
  'unblock',
  'upgrade',
  'cancel',
  'later-looks',
]
