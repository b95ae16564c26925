import { realPath, touchedPaths } from '../../agent/orders/index.ts'
import type { RespondLine, RespondRequest } from '../../agent/response/index.ts'
import type { Action, Detection, Incident, Plan, Response, ResponseKind, Run } from '../../model/index.ts'
import { carryOut } from '../../remedies/index.ts'
import { withWritableHost } from '../carry-out.ts'
import type { Context } from '../context.ts'
import { plannedLooks } from '../later-looks.ts'
import { handledPlanOf, type Look, type LookOptions, lookAt } from '../look.ts'
import { keepBefore, proveRun } from '../proof-of-run.ts'
import { type AllowedPlan, allowedPlan, type Surroundings } from './allowed-plan.ts'
import { incidentsOf } from './incidents-of.ts'
import type { Permission } from './permission.ts'
import { processPlan } from './process-plan.ts'
import { programOf } from './program-of.ts'
import { responsesOf } from './responses-of.ts'
import { whenFree } from './when-free.ts'

/** What handling an incident needs. */
interface Parts {
  readonly request: RespondRequest
  readonly permission: Permission
  readonly look: Look
  readonly lookOptions: LookOptions
  readonly context: Context
}

const watchSeconds = 60

/** Looks at the host and handles the confirmed incidents that hold the detections; each incident is a run of its own. */
export async function handleIncidents(
  request: RespondRequest,
  permission: Permission,
  lookOptions: LookOptions,
  context: Context,
): Promise<RespondLine[]> {
  const look = await lookAt({ ...lookOptions, fullPriority: true }, context)
  const parts: Parts = { request, permission, look, lookOptions, context }
  const lines: RespondLine[] = []
  try {
    const held = new Map<Incident, Detection[]>()
    const alone: Detection[] = []
    for (const detection of request.detections) {
      const incidents = incidentsOf(detection, look.trusted.incidents)
      if (incidents.length === 0) alone.push(detection)
      for (const one of incidents) held.set(one, [...(held.get(one) ?? []), detection])
    }
    for (const [incident, detections] of held) {
      const ids = detections.map(one => one.id)
      const responses = await orFailed(() => handleIncident(incident, detections, parts), parts)
      for (const response of responses) lines.push({ detections: ids, response })
    }
    for (const detection of alone)
      for (const response of await orFailed(() => handleAlone(detection, parts), parts))
        lines.push({ detections: [detection.id], response })
  } finally {
    look.close()
  }
  return lines
}

async function handleIncident(incident: Incident, detections: readonly Detection[], parts: Parts): Promise<Response[]> {
  const { look, permission } = parts
  const [first] = detections
  if (first === undefined) return []
  const trusted = { ...look, assessment: look.trusted }
  const plan = handledPlanOf(trusted, [incident], { handling: 'in-depth' })
  const wholly = permission.ask({ kind: 'clean', subject: {} })
  const allowed = allowedPlan(plan, {
    world: look.trusted.world,
    touched: action => touchedOf(action, look.root),
    ask: wholly.may ? permission.askWithin : permission.ask,
    spare: sparedBy(parts),
    whole: wholly.may,
  })
  return handle(allowed, first, incident, parts)
}

/** The look sees no incident around it. What is confirmed and still runs is ended all the same; for all else the look is right. */
async function handleAlone(detection: Detection, parts: Parts): Promise<Response[]> {
  const { look, permission } = parts
  const plan = look.live ? processPlan(detection, look.root) : undefined
  if (plan === undefined) return wasHandled(detection) ? [] : [nothingThere(detection)]
  const allowed = allowedPlan(plan, {
    world: look.trusted.world,
    touched: action => touchedOf(action, look.root),
    ask: permission.ask,
    spare: sparedBy(parts),
    whole: false,
  })
  return handle(allowed, detection, undefined, parts)
}

async function handle(
  { plan, kinds, left }: AllowedPlan,
  detection: Detection,
  incident: Incident | undefined,
  parts: Parts,
): Promise<Response[]> {
  const { permission } = parts
  if (kinds.size === 0) {
    permission.drop()
    return responsesOf(undefined, kinds, left, detection)
  }
  const run = await carriedOut(plan, detection, parts)
  const responses = responsesOf(run, kinds, left, detection)
  if (incident === undefined) return responses
  const before = keepBefore(parts.context, run.id, plan, [incident])
  if (![...kinds.values()].includes('clean')) return responses
  const proof = await proveRun(
    run,
    before,
    {
      watchSeconds: parts.look.live ? watchSeconds : 0,
      look: { ...parts.lookOptions, fullPriority: true },
      laterLooks: plannedLooks(run, true),
    },
    parts.context,
  )
  return responses.map(one => (one.kind === 'clean' ? withProof(one, proof.result) : one))
}

function carriedOut(plan: Plan, detection: Detection, { look, context, request, permission }: Parts): Promise<Run> {
  return whenFree(() =>
    withWritableHost(
      look,
      context,
      (host, told) => {
        permission.use()
        return carryOut(plan, host, { ...told, program: programOf(detection) })
      },
      { neverBlock: request.centers },
    ),
  )
}

/** What is protected, as processes show it: uids and ids, not names. */
function sparedBy({ request, look }: Parts): Surroundings['spare'] {
  const { paths, users, containers } = request.response.protect
  const { world } = look.trusted
  const named = world.all('container').filter(one => containers.some(name => name === one.name))
  return {
    uids: world.all('account').flatMap(one => (users.includes(one.name) ? [one.uid] : [])),
    paths: paths.map(path => path.replace(/\/+$/, '')),
    containers: [
      ...containers.filter(one => /^[0-9a-f]{12,64}$/.test(one)),
      ...named.map(one => one.containerId ?? one.id),
    ],
  }
}

function withProof(response: Response, result: string): Response {
  return { ...response, detail: `${response.detail} The proof says: ${result}.` }
}

/** Every path that an action names, as it is and with the links above it followed. */
function touchedOf(action: Action, root: string): string[] {
  return touchedPaths(action).flatMap(path => [path, realPath(path, root)])
}

/** A run that could not even begin is told; nothing that was allowed for it was used. */
async function orFailed(work: () => Promise<Response[]>, { permission, request }: Parts): Promise<Response[]> {
  try {
    return await work()
  } catch (error) {
    permission.drop()
    const kind: ResponseKind = request.response.may.includes('clean') ? 'clean' : 'disarm-autostart'
    const detail = error instanceof Error ? error.message : String(error)
    return [{ kind, at: new Date().toISOString(), outcome: 'failed', detail: detail.slice(0, 2_000) }]
  }
}

function wasHandled({ responses, subject }: Detection): boolean {
  return subject.kind === 'process' || responses.some(one => one.outcome === 'done')
}

function nothingThere({ subject }: Detection): Response {
  return {
    kind: subject.kind === 'file' ? 'quarantine-file' : 'disarm-autostart',
    at: new Date().toISOString(),
    outcome: 'refused',
    detail: 'The look found it in no confirmed incident: it is gone, or no longer what it was.',
  }
}
