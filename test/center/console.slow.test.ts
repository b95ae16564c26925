import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { test } from 'node:test'
import { inNamespaces, inside } from '../../remedies/testing/inner-run.ts'
import { browserMissing, openBrowser, openPage } from '../console/browser.ts'
import { Lab } from '../range/lab.ts'
import { rangeImpossible } from '../range/machine.ts'
import { CenterProcess } from './center-process.ts'
import { allow, block, limits, processes, quarantine, report } from './console-story/afterwards.ts'
import { addByWizard, channel, firstLogin } from './console-story/arrival.ts'
import { cleanUp, detail, sameType, scan, undo } from './console-story/incident.ts'
import { pictures, type Scene } from './console-story/scene.ts'
import { joinHost } from './member.ts'
import { signIn } from './person.ts'
import { openReceivers } from './receivers.ts'
import { part } from './story.ts'

inNamespaces(import.meta.url, rangeImpossible() ?? browserMissing() ?? false, 1_400)

const password = `Console-${randomBytes(12).toString('base64url')}`

test('three servers, one browser: from the first login to the proof and back', { skip: !inside }, async context => {
  const lab = Lab.open()
  const center = new CenterProcess()
  const receivers = await openReceivers()
  const browser = await openBrowser()
  try {
    const one = await lab.host('one')
    const two = await lab.host('two')
    const three = await lab.host('three')
    const document = await center.start()
    const { page, complaints } = await openPage(browser, document.address)
    // Three hosts that boot share two cores: a page waits for as long as they need.
    page.setDefaultTimeout(60_000)
    await part(context, 'first login: the one-time password is changed, and there is nothing but a wizard', () =>
      firstLogin(page, center, password),
    )
    const admin = await signIn(document, document.firstAdmin?.name ?? '', password)
    const first = await part(context, 'the wizard adds a server and sees it arrive', () =>
      addByWizard(page, admin, one),
    )
    const members = [first, await joinHost(admin, center, two), await joinHost(admin, center, three)] as const
    const scene: Scene = { center, browser, page, admin, members, receivers }
    await part(context, 'a channel is made and its test received', () => channel(scene))
    await part(context, 'infected: an immediate scan with live progress; alerts within 10 s of it', () => scan(scene))
    await part(context, 'an alert: why, process tree, timeline, graph', () => detail(scene))
    await part(context, 'in-depth cleanup of one: plan, live steps, proof', () => cleanUp(scene))
    await part(context, 'and back: undo, to the last file', () => undo(scene))
    await part(context, 'handle same type: all three at once', () => sameType(scene))
    await part(context, 'a block with an end, in the firewall', () => block(scene))
    await part(context, 'quarantine: one file goes back, one is downloaded', () => quarantine(scene))
    await part(context, 'the allowlist, with its replay', () => allow(scene))
    await part(context, 'the incident report, as HTML and as PDF', () => report(scene))
    await part(context, 'processes of a host as they are now', () => processes(scene))
    await part(context, 'roles are limited; a host that is cut off is shown as offline', () => limits(scene))
    assert.deepEqual(complaints, [])
  } catch (error) {
    if (pictures !== undefined)
      for (const context of browser.contexts())
        for (const page of context.pages())
          await page.screenshot({ path: join(pictures, 'failed.png') }).catch(() => {})
    throw error
  } finally {
    await browser.close()
    await Promise.allSettled([lab.close(), center.close(), receivers.close()])
  }
})
