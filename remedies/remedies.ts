import type { ActionKind, ActionOf } from '../model/index.ts'
import { lockAccount, removeAccount } from './accounts.ts'
import { blockAddress, unblockAddress } from './block-address.ts'
import { clearAttributes } from './clear-attributes.ts'
import { freezeProcesses } from './freeze-processes.ts'
import { killProcess } from './kill-process.ts'
import { maskUnit } from './mask-unit.ts'
import { preserveFile } from './preserve-file.ts'
import { preserveProcess } from './preserve-process.ts'
import { quarantineFile } from './quarantine-file.ts'
import { reinstallPackage } from './reinstall-package.ts'
import type { Remedy } from './remedy.ts'
import { removeLine, replaceLine } from './remove-line.ts'
import { removeUnit } from './remove-unit.ts'
import { restoreCommand } from './restore-command.ts'
import { setSysctl } from './set-sysctl.ts'
import { stopContainer } from './stop-container.ts'
import { unmount } from './unmount.ts'

const remedies = {
  'block-address': blockAddress,
  'unblock-address': unblockAddress,
  'freeze-processes': freezeProcesses,
  'preserve-process': preserveProcess,
  'preserve-file': preserveFile,
  'clear-attributes': clearAttributes,
  'remove-line': removeLine,
  'replace-line': replaceLine,
  'mask-unit': maskUnit,
  'remove-unit': removeUnit,
  'quarantine-file': quarantineFile,
  'kill-process': killProcess,
  'lock-account': lockAccount,
  'remove-account': removeAccount,
  'restore-command': restoreCommand,
  'reinstall-package': reinstallPackage,
  unmount,
  'stop-container': stopContainer,
  'set-sysctl': setSysctl,
} satisfies { [K in ActionKind]: { readonly kind: K } }

/** The remedy of a kind of action. Undo data comes back from the journal as it was written by the same remedy. */
export function remedyFor<K extends ActionKind>(action: ActionOf<K>): Remedy<K> {
  return remedies[action.kind] as unknown as Remedy<K>
}
