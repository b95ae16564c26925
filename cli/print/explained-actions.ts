import type { PlannedAction } from '../../model/index.ts'
import { describeAction } from './action.ts'
import { type Page, styled } from './page.ts'

/** What clean would do, in one list. */
export function printActions(actions: readonly PlannedAction[], page: Page): void {
  if (actions.length === 0) return
  page.heading('What clean would do')
  for (const one of actions)
    page.text(
      `${describeAction(one.action)} ${styled(`– ${one.reason}`, 'dim')}`,
      2,
      `${one.phase}${' '.repeat(10 - one.phase.length)}`,
    )
}
