import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Secret, TOTP } from 'otpauth'
import type { Browser, Page } from 'playwright-core'
import { type GivenRole, languages } from '../../model/api/index.ts'
import { assertAccessible, assertLooksWell } from './accessible.ts'
import { browserMissing, openBrowser, openPage, phone, type Watched } from './browser.ts'
import { checkout, openSeededCenter, type SeededCenter, seedImpossible } from './seeded-center.ts'

const skip = seedImpossible() ?? browserMissing() ?? false
const password = 'four unrelated words: lamp, otter, fjord, brass'
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

test('an invitation sets a password, refuses a poor one, and signs in', { skip }, async () => {
  const { page, context, complaints } = await openPage(browser, seeded.address, { dark: true, size: phone })
  const { invitation } = await seeded.admin.api.createUser({ body: { name: 'nora', roles: [{ role: 'viewer' }] } })
  await page.goto(invitation.link)
  await page.getByRole('heading', { name: 'Set your password' }).waitFor()
  const set = page.getByRole('button', { name: 'Set the password' })
  await twice(page, 'short')
  await isOff(set)
  await twice(page, 'correcthorsebatterystaple')
  await set.click()
  await page.getByText('too easy to guess').waitFor()
  await assertLooksWell(page, 'a refused password')
  await twice(page, password)
  await set.click()
  await page.locator('#main').waitFor()
  assert.equal(new URL(page.url()).pathname + new URL(page.url()).hash, '/')
  await page.goto(invitation.link)
  await page.reload()
  await twice(page, password)
  await set.click()
  await page.getByText('This link is over').waitFor()
  assert.deepEqual(complaints, [])
  await context.close()
})

test('codes of an app: set up, asked for, and a recovery code in their place', { skip }, async () => {
  const { page, context, complaints } = await personWith('tom', [{ role: 'operator' }])
  await page.goto('/profile')
  await page.getByRole('button', { name: 'Set up an app' }).click()
  await page.getByRole('img', { name: 'QR code for the app' }).waitFor()
  await page.getByText('Cannot scan?').click()
  await assertLooksWell(page, 'setting up an app')
  const secret = (await page.locator('details pre').textContent()) ?? ''
  const totp = new TOTP({ secret: Secret.fromBase32(secret) })
  await page.getByLabel('Code', { exact: true }).fill('000000')
  await page.getByRole('button', { name: 'Turn on' }).click()
  await page.getByText('This code is not right').waitFor()
  await page.getByLabel('Code', { exact: true }).fill(totp.generate())
  await page.getByRole('button', { name: 'Turn on' }).click()
  await page.getByText('They are not shown again').waitFor()
  await assertLooksWell(page, 'recovery codes')
  const codes = await page.locator('li code').allTextContents()
  assert.equal(codes.length, 10)
  await page.getByRole('button', { name: 'I have kept them' }).click()
  await page.getByText('10 left').waitFor()

  await signOut(page)
  await page.getByText('You are signed out').waitFor()
  await type(page, 'tom')
  await page.getByRole('heading', { name: 'Second step' }).waitFor()
  await assertLooksWell(page, 'the second step')
  await page.getByLabel('Code of your app').fill('000000')
  await page.getByText('That is not right').waitFor()
  // Each code works once: the next one is let in as well, since clocks differ.
  await page.getByLabel('Code of your app').fill(totp.generate({ timestamp: Date.now() + 30_000 }))
  await page.getByRole('heading', { name: 'My account' }).waitFor()

  await signOut(page)
  await type(page, 'tom')
  await page.getByRole('button', { name: 'Use a recovery code instead' }).click()
  await page.getByLabel('Recovery code').fill(codes[3] ?? '')
  await page.getByRole('button', { name: 'Go on' }).click()
  await page.getByText('9 left').waitFor()
  assert.deepEqual(complaints, [])
  await context.close()
})

test('a passkey: registered, signs in without a password, confirms who it is, approves', { skip }, async () => {
  const { page, context, complaints } = await personWith('pia', [{ role: 'approver' }])
  const debuggers = await context.newCDPSession(page)
  await debuggers.send('WebAuthn.enable')
  const { authenticatorId } = await debuggers.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  await page.goto('/profile')
  await page.getByRole('button', { name: 'Add a key' }).click()
  await page.getByLabel('Name', { exact: true }).fill('blue key')
  await page.getByRole('button', { name: 'Go on to the key' }).click()
  await page.getByRole('button', { name: 'I have kept them' }).click()
  await page.getByText('Passkey', { exact: true }).waitFor()

  await signOut(page)
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.getByRole('heading', { name: 'My account' }).waitFor()
  await signOut(page)
  await type(page, 'pia')
  await page.getByRole('button', { name: 'Use the security key' }).click()
  await page.getByRole('heading', { name: 'My account' }).waitFor()

  // As if ten minutes had gone by: the center asks once, the person confirms with the key, and it is done.
  let asked = 0
  await page.route('**/api/v1/approver-keys', async route => {
    if (route.request().method() !== 'POST' || asked++ > 0) return route.continue()
    const type = 'urn:davylamp:problem:login-again'
    const body = JSON.stringify({ type, title: 'Please show again that it is you', status: 403 })
    await route.fulfill({ status: 403, contentType: 'application/problem+json', body })
  })
  await page.getByRole('button', { name: 'Register a key' }).click()
  await page.getByRole('button', { name: 'Register', exact: true }).click()
  await page.getByText('Please show that it is you').waitFor()
  await page.getByRole('button', { name: 'Use the password instead' }).click()
  await assertAccessible(page, 'confirming who it is')
  await page.getByRole('button', { name: 'Use a security key instead' }).click()
  await page.getByRole('button', { name: 'Use a security key', exact: true }).click()
  await page.getByText('relyingParty: localhost').waitFor()
  assert.equal(asked, 2)
  await page.keyboard.press('Escape')

  await debuggers.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
  await signOut(page)
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.getByText('The browser got no answer from a key').waitFor()
  assert.deepEqual(complaints, [])
  await context.close()
})

test('a one-time password must be changed before anything else', { skip }, async () => {
  const { page, context, complaints } = await personWith('olga', [{ role: 'viewer' }])
  const main = join(checkout, 'cli', 'main.ts')
  const reset = [main, '--state', seeded.state, '--json', 'center', 'reset-password', 'olga']
  const done = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', ...reset], { encoding: 'utf8' })
  assert.equal(done.status, 0, done.stderr)
  const given = (JSON.parse(done.stdout) as { password: string }).password
  await page.getByText('Your session has ended').waitFor()
  await type(page, 'olga', given)
  await page.getByRole('heading', { name: 'Choose your own password' }).waitFor()
  await assertLooksWell(page, 'a password to be changed')
  await twice(page, password)
  await page.getByRole('button', { name: 'Change the password' }).click()
  await page.locator('#main').waitFor()
  assert.deepEqual(complaints, [])
  await context.close()
})

test('a session that ends elsewhere is said, and one goes on where one was', { skip }, async () => {
  const { page, context, complaints, id } = await personWith('sam', [{ role: 'viewer' }])
  await page.goto('/hosts?text=web')
  await page.getByRole('heading', { level: 1 }).waitFor()
  await seeded.admin.api.endUserSessions({ params: { user: id } })
  await page.getByText('Your session has ended').waitFor()
  await assertLooksWell(page, 'an ended session')
  await type(page, 'sam')
  await page.locator('#main').waitFor()
  assert.ok(page.url().endsWith('/hosts?text=web'), page.url())
  assert.deepEqual(complaints, [])
  await context.close()
})

test('who guesses waits, and sees for how long', { skip }, async () => {
  const { page, context } = await openPage(browser, seeded.address)
  await page.goto('/')
  for (let guesses = 0; guesses < 12; guesses++) {
    const answer = page.waitForResponse('**/api/v1/login')
    await type(page, 'nobody')
    if ((await answer).status() === 429) break
  }
  await page.getByText(/Try again in \d+ seconds?\./).waitFor()
  await page.getByText('You can try again now.').waitFor()
  await context.close()
})

test('the language is chosen before the sign-in, and every language fits a phone', { skip }, async () => {
  const { page, context, complaints } = await openPage(browser, seeded.address, { size: phone })
  await page.goto('/sign-in?failed=no-role')
  for (const language of languages) {
    await page.getByRole('combobox').selectOption(language)
    await page.locator(`html[lang^="${language}"] form`).waitFor()
    await assertLooksWell(page, `sign-in in ${language}`)
  }
  assert.deepEqual(complaints, [])
  await context.close()
})

async function personWith(name: string, roles: GivenRole[]): Promise<Watched & { readonly id: string }> {
  const { user, invitation } = await seeded.admin.api.createUser({ body: { name, roles } })
  const watched = await openPage(browser, seeded.address)
  await watched.page.goto(invitation.link)
  await twice(watched.page, password)
  await watched.page.getByRole('button', { name: 'Set the password' }).click()
  await watched.page.locator('#main').waitFor()
  return { ...watched, id: user.id }
}

async function twice(page: Page, text: string): Promise<void> {
  await page.getByLabel('New password', { exact: true }).fill(text)
  await page.getByLabel('New password again').fill(text)
}

async function type(page: Page, name: string, typed = password): Promise<void> {
  await page.getByLabel('User name').fill(name)
  await page.getByLabel('Password', { exact: true }).fill(typed)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Account of/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByLabel('User name').waitFor()
}

async function isOff(button: ReturnType<Page['getByRole']>): Promise<void> {
  assert.equal(await button.isDisabled(), true)
}
