import { z } from 'zod'
import { detection, response } from '../events/detection.ts'
import { findingClasses, levels } from '../finding.ts'
import { languages } from './person.ts'
import type { RouteTable } from './route.ts'

const time = z.iso.datetime()
const alertParams = z.object({ alert: z.uuid() })

/** What makes a moment of an incident known. */
export const momentSources = [
  'file',
  'process',
  'journal',
  'account',
  'watch',
  'scan',
  'center',
  'order',
  'run',
] as const

/**
 * What a moment of the engine or of a run can be. Those of `center` are the words of the alert's history (`opened`, `handled`,
 * `comment` …), those of `order` are `order-` and a state of an order.
 */
export const storyMoments = [
  'file-created',
  'file-written',
  'file-changed',
  'autostart-written',
  'key-written',
  'sudo-rule-written',
  'preload-written',
  'hosts-changed',
  'command-replaced',
  'setting-changed',
  'process-started',
  'container-created',
  'account-created',
  'account-changed',
  'home-created',
  'password-changed',
  'last-login',
  'login',
  'failed-login-burst',
  'log-entry',
  'noticed',
  'start-prevented',
  'ended-at-once',
  'answered-at-once',
  'first-trace',
  'first-seen',
  'run-started',
  'run-ended',
  'step-done',
  'step-already-done',
  'step-changed-since',
  'step-failed',
  'step-skipped',
  'step-undone',
  'proof',
] as const
export type KnownMoment = (typeof storyMoments)[number]

/** How one thing in the graph leads to another, read from the upper to the lower one. What is none of these is a sentence about the lower one. */
export const storyReasons = [
  'starts',
  'started',
  'runs',
  'runs as',
  'names',
  'holds open',
  'is given to',
  'talks to',
  'listens on',
  'hides',
  'loads',
  'sets',
  'writes',
  'creates',
  'owns',
  'holds',
  'allows',
  'protects',
  'logs in as',
  'gets rights from',
  'points at',
  'is written in',
  'is configured by',
  'stands in the place of',
  'was moved to',
  'runs the same program as',
  'has the same content as',
  'lies beside',
  'belongs to the same unit as',
  'goes with',
  'changed in the same minutes as',
  'belongs to the same intrusion as',
  'probably let in',
] as const
export type KnownReason = (typeof storyReasons)[number]

export const storyMoment = z.object({
  at: time,
  /** False: the earliest that is known, it may have been before. */
  exact: z.boolean(),
  source: z.enum(momentSources),
  /** One of `storyMoments`, an event of the alert, or an order's; the console has words for each. */
  what: z.string(),
  /** What it is about, as people write it: a path, a command, an account. May come from the host: show it as text only. */
  subject: z.string(),
  /** Who did it, where it was a person. */
  actor: z.string().optional(),
  /** Id of the fact, of a node in the graph. */
  fact: z.string().optional(),
})
export type StoryMoment = z.infer<typeof storyMoment>

const point = z.object({ x: z.number(), y: z.number() })

export const storyNode = z.object({
  /** Id of the fact. */
  id: z.string(),
  /** Kind of the fact: `process`, `file`, `autostart`, `socket`, `account` … */
  kind: z.string(),
  label: z.string(),
  /** More of it, for whoever asks: a command line, a whole path. */
  detail: z.string(),
  /** `member`: the plan would touch it. `context`: it only explains. */
  role: z.enum(['member', 'context']),
  /** Of the worst finding about it. */
  level: z.enum(levels).optional(),
  /** Centre, width and height in the coordinates of the graph. */
  ...point.shape,
  width: z.number(),
  height: z.number(),
})

export const storyProcess = z.object({
  id: z.string(),
  pid: z.number().int(),
  parent: z.number().int().optional(),
  /** Argv joined by spaces. */
  command: z.string(),
  executable: z.string().optional(),
  user: z.string().optional(),
  startedAt: time.optional(),
  /** Of one core, over its life. */
  cpuPercent: z.number().optional(),
  role: z.enum(['member', 'context']),
  level: z.enum(levels).optional(),
})

/** One process, file or connection on the way from a service to what was noticed, as it was when it happened: most have ended since. */
export const storyNoticed = z.object({
  /** Within this story. */
  id: z.string(),
  /** What started it, or wrote it; absent at the top. */
  parent: z.string().optional(),
  /** `cron.service`, `sh`, `/tmp/x`. */
  label: z.string(),
  /** The whole command or path. */
  detail: z.string(),
  pid: z.number().int().optional(),
  /** Absent of what only led to it. */
  noticed: z
    .object({
      at: time,
      /** How often it was noticed. */
      times: z.number().int(),
      kind: detection.shape.subject.shape.kind,
      verdict: detection.shape.verdict,
      /** One sentence each. */
      because: z.array(z.string()),
      responses: z.array(response.pick({ kind: true, outcome: true, run: true })),
      /** Id of a fact of the incident. */
      fact: z.string().optional(),
    })
    .optional(),
})

/** An incident or finding as people understand it: why, when, and how its parts hang together. */
export const alertStory = z.object({
  /** What a reader needs first, one sentence each, in the words of the host's program (English). */
  summary: z.array(z.string()),
  why: z.array(
    z.object({
      finding: z.string(),
      /** The alert of that finding, where it has one. */
      alert: z.uuid().optional(),
      rule: z.object({ id: z.string(), title: z.string() }),
      level: z.enum(levels),
      class: z.enum(findingClasses),
      conclusive: z.boolean(),
      /** One plain sentence. */
      because: z.string(),
      attack: z.array(z.string()),
      fact: z.object({ id: z.string(), kind: z.string(), label: z.string() }),
    }),
  ),
  entryPoints: z.array(
    z.object({
      what: z.string(),
      because: z.string(),
      confidence: z.enum(['high', 'medium', 'low']),
      advice: z.string(),
    }),
  ),
  /** Userland cannot be trusted: cleaning is not enough, and why. */
  rebuildAdvised: z.array(z.string()),
  /** Oldest first. */
  timeline: z.array(storyMoment),
  graph: z.object({
    width: z.number(),
    height: z.number(),
    nodes: z.array(storyNode),
    /** Top to bottom: what starts stands above what is started. */
    edges: z.array(
      z.object({
        from: z.string(),
        to: z.string(),
        /** One of `storyReasons`, or a sentence. */
        reason: z.string(),
        points: z.array(point),
        /** Where the reason stands, its centre. */
        label: point.optional(),
      }),
    ),
    /** Nodes that were left out because the graph would be too large to read. */
    leftOut: z.number().int(),
  }),
  /** A forest: parents before their children. */
  processes: z.array(storyProcess),
  /** A forest too: what was noticed as it happened, and what led to it. Empty where nothing was. */
  noticed: z.array(storyNoticed),
})
export type AlertStory = z.infer<typeof alertStory>

export const storyRoutes = {
  alertStory: {
    method: 'GET',
    path: '/alerts/:alert/story',
    needs: 'alerts:read',
    subject: 'Alerts',
    summary: 'Why it is an alert, its timeline, its graph (laid out) and its process tree.',
    params: alertParams,
    answer: alertStory,
  },
  alertReport: {
    method: 'GET',
    path: '/alerts/:alert/report',
    needs: 'alerts:read',
    subject: 'Reports',
    summary: 'The incident report: what was found, why, what was done, what is left. One file that fetches nothing.',
    params: alertParams,
    query: z.object({
      format: z.enum(['html', 'pdf']).default('html'),
      language: z.enum(languages).default('en'),
      /** Of the reader, IANA; times are shown in it and in UTC. */
      timeZone: z.string().max(64).default('UTC'),
    }),
    raw: 'text/html or application/pdf, as an attachment',
    perMinute: 30,
  },
} as const satisfies RouteTable
