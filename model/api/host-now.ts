import { z } from 'zod'
import { centerOrderStates } from './orders.ts'
import type { RouteTable } from './route.ts'

const time = z.iso.datetime()
const ordered = z.object({
  task: z.uuid(),
  order: z.uuid(),
  state: z.enum(centerOrderStates),
  reason: z.string().optional(),
})

export const hostProcess = z.object({
  pid: z.number().int(),
  parent: z.number().int(),
  user: z.string(),
  command: z.string(),
  executable: z.string().optional(),
  startedAt: time.optional(),
  /** Of one core, over the second of the look. */
  cpuPercent: z.number(),
  residentBytes: z.number().int(),
  /** What vouches for its executable: `verified`, `owned`, `unowned` … (model/facts). */
  trust: z.string().optional(),
  container: z.string().optional(),
  /** Views of the host in which it does not appear, such as `readdir`: somebody hides it. */
  hiddenFrom: z.array(z.string()).optional(),
  /** It is part of an open alert. */
  alert: z.uuid().optional(),
})

export type HostProcess = z.infer<typeof hostProcess>

export const processRoutes = {
  listProcesses: {
    method: 'GET',
    path: '/hosts/:host/processes',
    needs: 'hosts:read',
    subject: 'Hosts',
    summary: 'The processes of a host when it was last looked at, those that use most first.',
    params: z.object({ host: z.uuid() }),
    answer: z.object({
      /** Absent: nobody has looked yet. */
      at: time.optional(),
      /** How many there were; the list holds at most 1,000. */
      total: z.number().int(),
      items: z.array(hostProcess),
    }),
  },
  refreshProcesses: {
    method: 'POST',
    path: '/hosts/:host/processes/refresh',
    needs: 'scans:start',
    subject: 'Hosts',
    summary: 'Ask the host which processes it has now. The answer changes the list and is told to the live view.',
    params: z.object({ host: z.uuid() }),
    status: 202,
    perMinute: 60,
    answer: ordered,
  },
} as const satisfies RouteTable

export const quarantinedFileRoutes = {
  fetchQuarantined: {
    method: 'POST',
    path: '/hosts/:host/quarantine/:entry/fetch',
    needs: 'alerts:handle',
    subject: 'Quarantine',
    summary: 'Ask the host for a quarantined file, so that it can be downloaded here. The center keeps it for an hour.',
    params: z.object({ host: z.uuid(), entry: z.string().max(200) }),
    status: 202,
    answer: ordered,
  },
  quarantinedFile: {
    method: 'GET',
    path: '/hosts/:host/quarantine/:entry/archive',
    needs: 'alerts:handle',
    subject: 'Quarantine',
    summary:
      'A fetched file in a ZIP archive (AES-256) whose password is "infected", as is the custom, so that nothing opens it by mistake.',
    params: z.object({ host: z.uuid(), entry: z.string().max(200) }),
    raw: 'application/zip',
    perMinute: 30,
  },
} as const satisfies RouteTable

export const hostNowRoutes = { ...processRoutes, ...quarantinedFileRoutes } as const satisfies RouteTable
