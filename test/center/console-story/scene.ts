import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { assertAccessible } from '../../console/accessible.ts'
import type { Range } from '../../range/range.ts'
import type { CenterProcess } from '../center-process.ts'
import type { Member } from '../member.ts'
import type { Person } from '../person.ts'
import type { Receivers } from '../receivers.ts'

/** Three hosts, their center, and somebody in front of a browser. */
export interface Scene {
  readonly center: CenterProcess
  readonly browser: Browser
  readonly page: Page
  readonly admin: Person
  readonly members: readonly [Member, Member, Member]
  readonly receivers: Receivers
}

/** Pictures of the way, for whoever wants to look: DAVYLAMP_PICTURES=FOLDER. */
export const pictures = process.env['DAVYLAMP_PICTURES']

/** A picture of the whole page when pictures are wanted; fails with what axe finds on it. */
export async function look(page: Page, name: string): Promise<void> {
  if (pictures !== undefined) {
    mkdirSync(pictures, { recursive: true })
    // The bars that stay in view would lie in the middle of the picture.
    await page.evaluate('scrollTo(0, 0)')
    await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true })
  }
  await assertAccessible(page, name)
}

export function hasKinsing({ root }: Range): boolean {
  return existsSync(join(root, 'etc/kinsing'))
}
