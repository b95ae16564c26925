import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { alertRoutes, groupObject, hostRoutes, storyMoments, storyReasons, storyRoutes } from '../../model/api/index.ts'
import { alertHandlers } from '../alerts/index.ts'
import { groupHandlers, hostHandlers } from '../fleet/index.ts'
import { type TestCenter, testCenter } from '../ingest/testing/agents.ts'
import { reportingAgent } from '../ingest/testing/intrusions.ts'
import { ProblemError } from '../problem-error.ts'
import { type HandlerCaller, handlerCaller, nobody } from '../testing/handler-caller.ts'
import { openTestStore, type TestStore } from '../testing/index.ts'
import { storyHandlers } from './index.ts'

let store: TestStore
let center: TestCenter
let alerts: HandlerCaller<typeof alertRoutes>
let stories: HandlerCaller<typeof storyRoutes>
let incident = ''
let north = ''

before(async () => {
  store = await openTestStore()
  center = testCenter(store)
  alerts = handlerCaller(alertRoutes, alertHandlers, store, center)
  stories = handlerCaller(storyRoutes, storyHandlers, store, center)
  const hosts = handlerCaller(hostRoutes, { ...hostHandlers, ...groupHandlers }, store, center)
  north = groupObject.parse(await hosts('createGroup', { body: { name: 'north' } })).id
  const agent = await reportingAgent(store, center, 'web-1')
  await agent.report({ drop: 7, pool: 'pool', wallet: true, own: 'x', logins: ['192.0.2.9'] })
  incident = (await alerts('listAlerts', { query: { about: 'incident' } })).items[0]?.id ?? ''
})
after(() => store.close())

test('an incident tells why, since when, and how its parts hang together', async () => {
  const story = await stories('alertStory', { params: { alert: incident } })
  assert.ok(story.why.length > 3 && story.why[0]?.conclusive)
  const { findings } = await alerts('getAlert', { params: { alert: incident } })
  const known = new Set(findings.map(one => one.id))
  assert.ok(story.why.every(one => known.has(one.alert ?? '')))
  assert.deepEqual(
    story.timeline.map(one => one.at),
    story.timeline.map(one => one.at).toSorted(),
  )
  const login = story.timeline.find(one => one.what === 'login')
  assert.deepEqual([login?.at, login?.source], ['2026-05-31T23:00:00.000Z', 'journal'])
  const ids = new Set(story.graph.nodes.map(one => one.id))
  assert.ok(ids.size >= 4)
  assert.ok(story.graph.edges.every(one => ids.has(one.from) && ids.has(one.to) && one.points.length > 1))
  for (const one of story.graph.edges)
    assert.ok(
      storyReasons.some(reason => reason === one.reason),
      one.reason,
    )
  for (const one of story.graph.nodes) assert.ok(one.x + one.width / 2 <= story.graph.width && one.y > 0)
})

test('what people did is in the timeline, without what they wrote', async () => {
  await alerts('commentAlert', { params: { alert: incident }, body: { text: 'the owner is on holiday' } })
  await alerts('assignAlerts', { body: { choice: { alerts: [incident] }, to: 'mira' } })
  const { timeline } = await stories('alertStory', { params: { alert: incident } })
  assert.deepEqual(
    timeline.slice(-2).map(one => [one.what, one.subject, one.actor, one.source]),
    [
      ['comment', '', 'mira', 'center'],
      ['assigned', 'mira', 'mira', 'center'],
    ],
  )
  assert.ok(!JSON.stringify(timeline).includes('holiday'))
  assert.ok(timeline.every(one => one.source === 'center' || storyMoments.some(known => known === one.what)))
})

test('a finding tells what it is about and what stands beside that', async () => {
  const { findings } = await alerts('getAlert', { params: { alert: incident } })
  const finding = findings.find(one => one.title.startsWith('Autostart runs a file that carries a miner'))
  const story = await stories('alertStory', { params: { alert: finding?.id ?? '' } })
  assert.deepEqual([story.why.length, story.why[0]?.alert], [1, finding?.id])
  const members = story.graph.nodes.filter(one => one.role === 'member')
  assert.deepEqual(
    members.map(one => one.kind),
    ['autostart'],
  )
  assert.ok(story.graph.nodes.length > 1 && story.graph.edges.length > 0)
})

test('the story of an alert of another group does not exist', async () => {
  const refused = (error: unknown) => error instanceof ProblemError && error.status === 404
  await assert.rejects(stories('alertStory', { params: { alert: incident } }, [north]), refused)
  await assert.rejects(stories('alertStory', { params: { alert: nobody } }), refused)
})
