import { z } from 'zod'

const path = { path: z.string(), pathBytes: z.string().optional() }

/** One process and no later one with the same pid. */
export const processName = z.object({
  pid: z.number(),
  /** Clock ticks after boot, field 22 of /proc/PID/stat. */
  startTime: z.number(),
  /** What /proc/PID/exe pointed at, as in the process fact. */
  path: z.string().optional(),
  command: z.string(),
})
export type ProcessName = z.infer<typeof processName>

/**
 * What to do, as data: it can be stored, shown, signed and sent. Each names its object so exactly that it cannot hit
 * another; if the object changed since, the step stops and says so.
 */
export const action = z.discriminatedUnion('kind', [
  /** Drop all traffic with an address, in every direction, until it expires. */
  z.object({ kind: z.literal('block-address'), address: z.string(), seconds: z.number() }),
  z.object({ kind: z.literal('unblock-address'), address: z.string() }),
  /** Stop the whole set at once, and whatever joins it while that happens. */
  z.object({
    kind: z.literal('freeze-processes'),
    processes: z.array(processName),
    /** A process that appears meanwhile belongs to the set if its executable, its script or an ancestor does. */
    follow: z.object({
      paths: z.array(z.string()),
      sha256: z.array(z.string()),
      /** These do not, whatever they run and whoever started them. A path stands for all below it, a container is named by its id. */
      spare: z
        .object({
          pids: z.array(z.number()),
          uids: z.array(z.number()),
          paths: z.array(z.string()),
          containers: z.array(z.string()),
        })
        .optional(),
    }),
  }),
  /** Copy what killing destroys into the vault: executable, argv, environ, maps, open files. */
  z.object({ kind: z.literal('preserve-process'), process: processName }),
  z.object({ kind: z.literal('preserve-file'), ...path }),
  z.object({
    kind: z.literal('clear-attributes'),
    ...path,
    /** The flags to take off; others stay. `acl` also takes off an access ACL that hinders. */
    flags: z.array(z.enum(['immutable', 'append'])),
    acl: z.boolean(),
  }),
  /** Take one line out and keep every other byte. */
  z.object({
    kind: z.literal('remove-line'),
    ...path,
    line: z.number(),
    text: z.string(),
    textBytes: z.string().optional(),
  }),
  /** Put another line in its place, every other byte kept. */
  z.object({
    kind: z.literal('replace-line'),
    ...path,
    line: z.number(),
    text: z.string(),
    textBytes: z.string().optional(),
    replacement: z.string(),
  }),
  /** Keep a unit from starting, whatever its file says, until the next boot or until undone. */
  z.object({ kind: z.literal('mask-unit'), name: z.string(), user: z.string().optional() }),
  /** Quarantine a unit's file with its links and drop-ins, reload the manager, reset its failed state. */
  z.object({
    kind: z.literal('remove-unit'),
    name: z.string(),
    ...path,
    sha256: z.string().optional(),
    links: z.array(z.string()),
    user: z.string().optional(),
  }),
  z.object({
    kind: z.literal('quarantine-file'),
    ...path,
    /** Of a regular file; absent for links, sockets, fifos and empty directories. */
    sha256: z.string().optional(),
    linkTarget: z.string().optional(),
  }),
  z.object({ kind: z.literal('kill-process'), process: processName }),
  z.object({ kind: z.literal('lock-account'), name: z.string(), uid: z.number() }),
  /** Every line of the name in passwd, shadow, group, gshadow, subuid, subgid; its crontab and its sessions. Its home stays. */
  z.object({
    kind: z.literal('remove-account'),
    name: z.string(),
    uid: z.number(),
    line: z.number(),
    text: z.string(),
  }),
  z.object({
    kind: z.literal('restore-command'),
    ...path,
    /** Of the impostor that lies there now; absent when the command is missing. */
    sha256: z.string().optional(),
    from: z.string(),
    fromSha256: z.string(),
    /** What the package recorded, as `md5:…` or `sha256:…`; `from` must have it. */
    recordedDigest: z.string(),
  }),
  z.object({
    kind: z.literal('reinstall-package'),
    package: z.string(),
    paths: z.array(z.string()),
    command: z.string(),
  }),
  z.object({ kind: z.literal('unmount'), ...path, mountId: z.number() }),
  z.object({
    kind: z.literal('stop-container'),
    id: z.string(),
    runtime: z.string(),
    name: z.string(),
    path: z.string(),
    restartPolicy: z.string(),
  }),
  /** Set a kernel setting in force back to what it was or to its default. */
  z.object({ kind: z.literal('set-sysctl'), name: z.string(), value: z.string(), expected: z.string() }),
])
export type Action = z.infer<typeof action>
export type ActionKind = Action['kind']
export type ActionOf<K extends ActionKind> = Extract<Action, { kind: K }>

export const phases = ['contain', 'freeze', 'preserve', 'disarm', 'remove', 'repair'] as const
export type Phase = (typeof phases)[number]

/** An action in its place in a plan. */
export const plannedAction = z.object({
  /** 1-based; what `undo --action N` names. */
  number: z.number(),
  phase: z.enum(phases),
  action,
  /** One plain sentence: why this is done. */
  reason: z.string(),
  incident: z.string(),
  /** Findings that ask for it. */
  findings: z.array(z.string()),
  /** Id of the fact it is about. */
  fact: z.string(),
  /** False for what cannot be taken back: a killed process stays dead. */
  undoable: z.boolean(),
  /** Numbers of actions that must have succeeded before. */
  dependsOn: z.array(z.number()),
})
export type PlannedAction = z.infer<typeof plannedAction>

/** Ordered actions that would undo incidents: a file that can be read, signed, sent. The same facts give the same bytes. */
export const plan = z.object({
  format: z.literal('davylamp-plan'),
  version: z.literal(1),
  /** SHA-256 over the rest in RFC 8785 form. */
  id: z.string(),
  target: z.object({ root: z.string(), live: z.boolean() }),
  incidents: z.array(z.string()),
  actions: z.array(plannedAction),
  /** What would be needed and cannot be done here, with its reason. */
  skipped: z.array(z.object({ what: z.string(), why: z.string(), incident: z.string(), fact: z.string().optional() })),
  /** What a person has to do, in order. */
  advice: z.array(z.object({ text: z.string(), command: z.string().optional(), incident: z.string() })),
})
export type Plan = z.infer<typeof plan>
