import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { makeAuthority, openAuthority } from '../../center/keys/index.ts'
import { type LocalProvider, openLocalProvider } from '../../center/people/testing/local-provider.ts'
import { assertAccessible } from './accessible.ts'
import { browserMissing, openBrowser, openPage, settled, signInOn } from './browser.ts'
import { openSeededCenter, type SeededCenter, seedImpossible } from './seeded-center.ts'

const skip = seedImpossible() ?? browserMissing() ?? false
let seeded: SeededCenter
let browser: Browser
let provider: LocalProvider

before(async () => {
  if (skip !== false) return
  const { certificate, privateKey } = await makeAuthority(new Date())
  provider = await openLocalProvider({ authority: await openAuthority(certificate, privateKey) })
  seeded = await openSeededCenter()
  browser = await openBrowser()
})
after(async () => {
  await browser?.close()
  await seeded?.close()
  await provider?.close()
})

test('a provider is added, people sign in through it and come back to where they were', { skip }, async () => {
  const admin = await openPage(browser, seeded.address)
  const { page } = admin
  await signInOn(page, seeded.admin)
  await page.goto('/settings/providers')
  await page.getByRole('button', { name: 'Add a provider' }).click()
  await page.getByLabel('Name', { exact: true }).fill('Company')
  await page.getByLabel('Issuer').fill(provider.issuer)
  await page.getByLabel('Client ID').fill(provider.clientId)
  await page.getByLabel('Client secret').fill(provider.clientSecret)
  await page.getByRole('button', { name: 'Add a group' }).click()
  await page.getByLabel('Group at the provider').fill('ops')
  await page.getByLabel('Role', { exact: true }).selectOption('operator')
  await page.getByText('More settings').click()
  await page.getByLabel('Scopes').fill('openid profile groups')
  await settled(page)
  await assertAccessible(page, 'adding a provider')
  await page.getByRole('button', { name: 'Check and save' }).click()
  await page.getByText('The identity provider cannot be used').waitFor()
  await page.getByLabel('Own certificate authority').fill(provider.ca)
  await page.getByRole('button', { name: 'Check and save' }).click()
  await page.getByText('The provider answered as it should').waitFor()
  provider.allow((await page.getByRole('dialog').locator('pre').textContent()) ?? '')
  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('button', { name: 'Change Company' }).waitFor()
  assert.deepEqual(admin.complaints, [])
  await admin.context.close()

  const ann = await openPage(browser, seeded.address)
  provider.person = { sub: 's-ann', name: 'ann', groups: ['ops'] }
  await ann.page.goto('/hosts?text=web')
  await ann.page.getByRole('link', { name: 'Sign in with Company' }).click()
  await ann.page.locator('#main').waitFor()
  await ann.page.waitForURL('**/hosts?text=web')
  // She has no password here: what wants to know again who she is leads her to the provider.
  await ann.page.route('**/api/v1/profile/codes', async route => {
    const body = JSON.stringify({
      type: 'urn:davylamp:problem:login-again',
      title: 'Please show it again',
      status: 403,
    })
    await route.fulfill({ status: 403, contentType: 'application/problem+json', body })
  })
  await ann.page.goto('/profile')
  await ann.page.getByText('identity provider', { exact: false }).first().waitFor()
  await ann.page.getByRole('button', { name: 'Set up an app' }).click()
  await ann.page.getByText('You signed in through an identity provider').waitFor()
  await ann.page.unroute('**/api/v1/profile/codes')
  await ann.page.getByRole('link', { name: 'Sign in with Company' }).click()
  await ann.page.waitForURL('**/profile')
  await ann.context.close()

  const nobody = await openPage(browser, seeded.address)
  provider.person = { sub: 's-none', name: 'none', groups: ['elsewhere'] }
  await nobody.page.goto('/')
  await nobody.page.getByRole('link', { name: 'Sign in with Company' }).click()
  await nobody.page.getByText('None of your groups there has a role here').waitFor()
  assert.equal(new URL(nobody.page.url()).pathname, '/sign-in')
  await nobody.context.close()
})
