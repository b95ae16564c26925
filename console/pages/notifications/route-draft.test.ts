import assert from 'node:assert/strict'
import { test } from 'node:test'
import { notificationRoutes } from '../../../model/api/index.ts'
import { bodyOf, draftOf, emptyDraft, faultsOf, type RouteDraft } from './route-draft.ts'

const channel = '01a20129-3175-702f-9bdd-cec9e8e6e1cd'
const whole: RouteDraft = {
  ...emptyDraft,
  name: ' Night shift ',
  channels: [channel],
  what: ['alert'],
  atLeast: 'high',
  groups: [channel],
  types: ['mining'],
  language: 'id',
  quiet: { timeZone: 'Asia/Jakarta', from: '22:00', to: '07:00', days: [1, 2], exceptFrom: 'critical' },
  digestMinutes: 30,
  rate: { most: 10, minutes: 60 },
  escalation: { afterMinutes: 15, channels: [channel] },
}
const body = notificationRoutes.createNotifyRoute.body

test('what is sent suits the center, and comes back as it was written', () => {
  const sent = body.parse(bodyOf(whole))
  assert.equal(sent.name, 'Night shift')
  assert.deepEqual(draftOf({ ...sent, id: channel }), { ...whole, name: 'Night shift' })
})

test('what is empty is not sent: it means everything', () => {
  const sent = body.parse(bodyOf({ ...emptyDraft, name: 'All', channels: [channel] }))
  assert.deepEqual(sent, { name: 'All', enabled: true, condition: {}, channels: [channel] })
  const everyDay = bodyOf({
    ...whole,
    quiet: { timeZone: 'UTC', from: '22:00', to: '07:00', days: [0, 1, 2, 3, 4, 5, 6] },
  })
  assert.deepEqual(everyDay.quiet, { timeZone: 'UTC', from: '22:00', to: '07:00' })
})

test('what is half filled in is found', () => {
  assert.deepEqual(faultsOf(emptyDraft), { name: true, channels: true, quiet: false, escalation: false })
  assert.deepEqual(faultsOf({ ...whole, quiet: { timeZone: 'UTC', from: '22:00', to: '', days: [] } }).quiet, true)
  assert.deepEqual(faultsOf({ ...whole, escalation: { afterMinutes: 5, channels: [] } }).escalation, true)
  assert.deepEqual(Object.values(faultsOf(whole)), [false, false, false, false])
})
