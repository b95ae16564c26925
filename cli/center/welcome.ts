import type { RunningCenter } from '../../center/index.ts'
import { type Page, styled } from '../print/page.ts'

/** What whoever starts a center needs first. */
export function showCenter(running: RunningCenter, join: string | undefined, page: Page): void {
  const { settings } = running.center
  page.line('')
  page.line(styled('The center is running', 'strong'))
  page.table(
    [
      ...(running.console ? [['Console', `${settings.address}/`]] : []),
      ['API and its documentation', `${settings.address}/api/`],
      ['Agents connect to', settings.agentAddress],
      ['Fingerprint of its authority', running.fingerprint],
      ...(running.firstAdmin === undefined
        ? []
        : [
            ['Sign in as', running.firstAdmin.name],
            ['One-time password', `${running.firstAdmin.password}   (shown once; change it at the first sign-in)`],
          ]),
    ],
    0,
  )
  if (join === undefined) return
  page.line('')
  page.line(styled('To add another server, run this there as root (good once, for 24 hours):', 'strong'))
  // A line for each step, so that whoever pastes it can see what it does.
  page.line(join.replaceAll(' && ', ' && \\\n  '))
  page.line('')
}

/** What to run on one more host: good once, for a day. */
export async function joinWords(running: RunningCenter): Promise<string> {
  const { instructions } = await running.newToken('command line', `join ${new Date().toISOString().slice(0, 16)}`)
  return instructions.install[0]?.command ?? instructions.join
}
