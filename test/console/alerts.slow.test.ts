import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Locator, Page } from 'playwright-core'
import { until } from '../center/until.ts'
import { assertAccessible, assertFits } from './accessible.ts'
import { browserMissing, openBrowser, openPage, phone, type Seat, settled, signInOn } from './browser.ts'
import { openSeededCenter, type SeededCenter, seedImpossible } from './seeded-center.ts'

const skip = seedImpossible() ?? browserMissing() ?? false
let seeded: SeededCenter
let browser: Browser

before(async () => {
  if (skip !== false) return
  seeded = await openSeededCenter()
  browser = await openBrowser()
})
after(async () => {
  await browser?.close()
  await seeded?.close()
})

test('the list: filters in the address, and saved views', { skip }, () =>
  asPerson('admin', {}, async page => {
    await page.goto('/alerts')
    const rows = page.getByRole('checkbox', { name: /^Select (?!all)/ })
    await rows.first().waitFor()
    const open = (await seeded.admin.api.listAlerts({ query: { status: 'open' } })).items.length
    assert.ok(open >= 4, `${open} are open`)
    await until('all that are open are shown', async () => (await rows.count()) === open)
    await assertAccessible(page, 'list')

    await page.getByRole('button', { name: 'Critical' }).click()
    await page.waitForURL(/level=critical/)
    await page.getByRole('searchbox', { name: 'Title, host or family' }).fill('db-01')
    await page.waitForURL(/text=db-01/)
    await until('one is left', async () => (await rows.count()) === 1)
    assert.match((await rows.first().getAttribute('aria-label')) ?? '', /db-01/)

    await page.getByRole('button', { name: 'Saved views' }).click()
    await page.getByRole('menuitem', { name: 'Save this view …' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('Only <b>db</b>')
    await assertAccessible(page, 'saving a view')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await until('all of them again', async () => (await rows.count()) === open)
    await page.getByRole('button', { name: 'Saved views' }).click()
    await page.getByRole('menuitem', { name: 'Only <b>db</b>' }).click()
    await page.waitForURL(/level=critical/)
    await until('the view is shown', async () => (await rows.count()) === 1)
    await page.getByRole('button', { name: 'Saved views' }).click()
    await page.getByRole('menuitem', { name: 'Manage views …' }).click()
    await page.getByRole('button', { name: 'Delete Only <b>db</b>' }).click()
    await page.getByText('There are none.').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click()
  }),
)

test('several at once: chosen with the shift key and given to somebody', { skip }, () =>
  asPerson('admin', {}, async page => {
    const rows = page.getByRole('checkbox', { name: /^Select (?!all)/ })
    await page.goto('/alerts')
    await rows.first().check()
    await rows.nth(2).click({ modifiers: ['Shift'] })
    const bar = page.getByRole('region', { name: 'Chosen alerts' })
    await bar.getByText('3 selected').waitFor()
    await assertAccessible(page, 'three are chosen')
    await bar.getByRole('button', { name: 'Assign' }).click()
    await page.getByRole('menuitem', { name: 'To me' }).click()
    await page.getByText('3 alerts given to admin').waitFor()
    await page.getByRole('button', { name: 'More filters' }).click()
    await box(page, 'Assigned').click()
    await page.getByRole('option', { name: 'admin' }).click()
    await page.waitForURL(/assignedTo=admin/)
    await until('mine', async () => (await rows.count()) === 3)
    await assertAccessible(page, 'more filters')
    await assertFits(page, 'more filters')
  }),
)

test('by keys alone: down the list and into an alert', { skip }, () =>
  asPerson('admin', {}, async page => {
    await page.goto('/alerts')
    const links = page.getByRole('table').getByRole('link', { name: /Cryptominer|Intrusion/ })
    await links.nth(1).waitFor()
    await links.first().focus()
    await page.keyboard.press('ArrowDown')
    const second = await links.nth(1).getAttribute('href')
    assert.equal(await page.evaluate('document.activeElement.getAttribute("href")'), second)
    await page.keyboard.press('Enter')
    await page.waitForURL(`**${second}*`)
  }),
)

test('a campaign: its hosts in order, and only its alerts', { skip }, () =>
  asPerson('viewer', {}, async page => {
    await page.goto('/alerts')
    await page.getByRole('link', { name: 'Campaign' }).first().click()
    const panel = page.getByRole('region', { name: /^Campaign/ })
    await panel.getByRole('heading', { name: 'Hosts in order' }).waitFor()
    assert.ok((await panel.getByRole('listitem').count()) >= 2)
    await assertAccessible(page, 'campaign')
    await assertFits(page, 'campaign')
  }),
)

test('handling: what will happen, then ignored, opened again, ordered and followed', { skip }, () =>
  asPerson('responder', {}, async page => {
    await page.goto('/alerts')
    const dialog = page.getByRole('dialog', { name: 'Handle alerts' })
    await page.getByRole('button', { name: /^Handle: .*cache-01$/ }).click()
    await dialog.getByText('1 alert on 1 host.').waitFor()
    await dialog.getByText(/\d+ actions/).waitFor()
    await assertAccessible(page, 'in-depth cleanup')
    await dialog.getByRole('radio', { name: /^Block/ }).check()
    await dialog.getByRole('checkbox', { name: /other hosts too/ }).check()
    await assertAccessible(page, 'block')
    await dialog.getByRole('radio', { name: /^Ignore/ }).check()
    await dialog.getByRole('textbox', { name: 'Comment' }).fill('A test of ours')
    await dialog.getByRole('button', { name: 'Ignore' }).click()
    await dialog.waitFor({ state: 'hidden' })
    const handle = page.getByRole('button', { name: /^Handle: .*cache-01$/ })
    await handle.waitFor({ state: 'detached' })

    await page.goto('/alerts?status=ignored')
    await handle.click()
    await dialog.getByRole('radio').first().waitFor()
    assert.equal(await dialog.getByRole('radio').count(), 1)
    await dialog.getByRole('button', { name: 'Reopen' }).click()
    await dialog.waitFor({ state: 'hidden' })

    await page.goto('/alerts')
    await handle.click()
    await dialog.getByRole('radio', { name: /^Terminate process Stops|^Terminate process$/ }).check()
    await dialog.getByText(/\d+ actions?/).waitFor()
    await dialog.getByRole('button', { name: 'Terminate process' }).click()
    await dialog.getByRole('list', { name: 'Hosts' }).getByText('cache-01').waitFor()
    await assertAccessible(page, 'following')
    await dialog.getByRole('button', { name: 'Close' }).last().click()
    await page.goto('/alerts?status=all&text=cache-01')
    await page
      .getByText(/Being handled|Handled|Open/)
      .first()
      .waitFor()
    await page
      .getByRole('checkbox', { name: /cache-01/ })
      .first()
      .waitFor()
  }),
)

test('handle same type: all that are alike, and on which hosts', { skip }, () =>
  asPerson('admin', {}, async page => {
    await page.goto('/alerts')
    await page.getByRole('button', { name: /^Handle: .*web-01$/ }).click()
    const dialog = page.getByRole('dialog', { name: 'Handle alerts' })
    await dialog.getByRole('radio', { name: /^Handled manually/ }).check()
    await box(dialog, 'Which alerts').click()
    await page.getByRole('option', { name: 'All of the same type' }).click()
    await dialog.getByText(/^[2-6] alerts on [2-6] hosts\./).waitFor()
    await assertAccessible(page, 'same type')
    await dialog.getByText('Groups', { exact: true }).click()
    await dialog.getByRole('combobox', { name: 'Groups' }).click()
    await page.getByRole('option', { name: 'Web' }).click()
    await dialog.getByText('1 alert on 1 host.').waitFor()
    await assertFits(page, 'same type')
  }),
)

test('the allowlist: replayed, warned of, added, shown and taken back', { skip }, async () => {
  await asPerson('admin', {}, async page => {
    await page.goto('/alerts')
    await page.getByRole('button', { name: /^Handle: .*db-01$/ }).click()
    const dialog = page.getByRole('dialog', { name: 'Handle alerts' })
    await dialog.getByRole('radio', { name: /^Add to allowlist/ }).check()
    await dialog.getByText(/In the last 30 days it would have silenced \d+ alerts? on 1 host\./).waitFor()
    await assertAccessible(page, 'allow')
    assert.ok(await dialog.getByRole('button', { name: 'Add to allowlist' }).isDisabled(), 'a reason is needed')
    await dialog.getByRole('textbox', { name: 'Reason' }).fill('Our own <img src=x onerror=alert(1)>')
    await dialog.getByRole('button', { name: 'Add to allowlist' }).click()
    await dialog.waitFor({ state: 'hidden' })
    await page.goto('/alerts/allowlist')
    await page.getByRole('table').getByText('Our own <img src=x onerror=alert(1)>').waitFor()
    await assertAccessible(page, 'allowlist')
    await page.getByRole('button', { name: /^Remove: / }).click()
    await page.getByText('Alerts that only this allowance silenced are open again').waitFor()
    await assertAccessible(page, 'removing')
    await page.getByRole('button', { name: 'Remove', exact: true }).last().click()
    await page.getByRole('heading', { name: 'Nothing is allowed' }).waitFor()

    await page.getByRole('button', { name: 'Add', exact: true }).first().click()
    const add = page.getByRole('dialog', { name: 'Add to the allowlist' })
    await add.getByRole('textbox', { name: 'User' }).fill('root')
    await add
      .getByText(/confirmed incidents? (?:is|are) among them|would have silenced/)
      .first()
      .waitFor()
    await assertAccessible(page, 'by hand')
    await assertFits(page, 'by hand')
  })
})

test('who may not, does not see it', { skip }, async () => {
  for (const [role, handle, ways] of [
    ['viewer', false, []],
    ['approver', false, []],
    ['operator', true, [/^Ignore/, /^Handled manually/]],
  ] as const)
    await asPerson(role, {}, async page => {
      await page.goto('/alerts')
      await page
        .getByRole('link', { name: /Cryptominer|Intrusion/ })
        .first()
        .waitFor()
      const buttons = page.getByRole('button', { name: /^Handle: .*ci-01$/ })
      assert.equal((await buttons.count()) > 0, handle, role)
      assert.equal((await page.getByRole('checkbox').count()) > 0, handle, role)
      if (handle) {
        await buttons.click()
        const radios = page.getByRole('dialog').getByRole('radio')
        await radios.first().waitFor()
        assert.equal(await radios.count(), ways.length)
        for (const way of ways) await page.getByRole('radio', { name: way }).waitFor()
        await page.keyboard.press('Escape')
      }
      await page.goto('/alerts/allowlist')
      await settled(page)
      assert.equal(await page.getByRole('button', { name: 'Add', exact: true }).count(), 0, role)
    })
})

test('on a phone, in the dark, in other languages', { skip }, async () => {
  const seats: readonly Seat[] = [
    { size: phone, language: 'ja' },
    { dark: true, language: 'zh' },
    { dark: true, size: phone, language: 'id' },
  ]
  for (const seat of seats)
    await asPerson('admin', seat, async page => {
      const said = JSON.stringify(seat)
      await page.goto('/alerts?status=all')
      await page.locator('[data-index="0"]').waitFor()
      await settled(page)
      await assertAccessible(page, said)
      await assertFits(page, said)
      await page.locator('[data-index] button').first().click()
      await page.getByRole('radio').first().waitFor()
      await settled(page)
      await assertAccessible(page, `${said}: handling`)
      await assertFits(page, `${said}: handling`)
    })
})

/** A box of choices by its label. */
function box(within: Page | Locator, label: string): Locator {
  return within.getByLabel(label, { exact: true }).and(within.locator('input'))
}

async function asPerson(
  role: keyof SeededCenter['people'],
  seat: Seat,
  work: (page: Page) => Promise<void>,
): Promise<void> {
  const { page, context, complaints } = await openPage(browser, seeded.address, seat)
  try {
    await signInOn(page, seeded.people[role])
    await work(page)
    assert.deepEqual(complaints, [])
  } catch (error) {
    await page.screenshot({ path: `.cache/alerts-${role}.png` }).catch(() => {})
    throw error
  } finally {
    await context.close()
  }
}
