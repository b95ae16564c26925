import { z } from 'zod'
import { indicatorMatch } from './matches.ts'
import { attributes, time } from './shared.ts'

/** One entry of hosts(5). */
export const hostsEntryFact = z.object({
  kind: z.literal('hosts-entry'),
  path: z.string(),
  line: z.number(),
  text: z.string(),
  textBytes: z.string().optional(),
  address: z.string(),
  names: z.array(z.string()),
  /** The address leads nowhere: 0.0.0.0, 127.0.0.0/8, ::, ::1 under a name that is not this host's. */
  sinkhole: z.boolean(),
  indicators: z.array(indicatorMatch).optional(),
  attributes,
  modified: time,
})
export type HostsEntryFact = z.infer<typeof hostsEntryFact>

/** A name server of resolv.conf(5). */
export const resolverFact = z.object({
  kind: z.literal('resolver'),
  path: z.string(),
  line: z.number(),
  text: z.string(),
  address: z.string(),
  indicators: z.array(indicatorMatch).optional(),
  attributes,
})
export type ResolverFact = z.infer<typeof resolverFact>

/** One kernel setting, as a file says it or as it is now. */
export const sysctlFact = z.object({
  kind: z.literal('sysctl'),
  /** sysctl.d(5) name with dots. */
  name: z.string(),
  value: z.string(),
  /** The file, or `/proc/sys/…` for the value in force. */
  path: z.string(),
  line: z.number().optional(),
  text: z.string().optional(),
  live: z.boolean(),
  package: z.string().optional(),
  modified: time.optional(),
  attributes,
})
export type SysctlFact = z.infer<typeof sysctlFact>

/** A setting that protects the host or is known to be weakened: SELinux, logs to /dev/null, immutable bits, sshd options in force. */
export const settingFact = z.object({
  kind: z.literal('setting'),
  /** `selinux`, `log-file`, `history`, `sshd.PasswordAuthentication`, `immutable`, `firewall`, `agent-removed`, `redis.protected-mode`, `docker.hosts` … */
  name: z.string(),
  value: z.string(),
  path: z.string().optional(),
  line: z.number().optional(),
  text: z.string().optional(),
  user: z.string().optional(),
  attributes,
  modified: time.optional(),
  /** What the value was overridden from, or which earlier line wins. */
  detail: z.string().optional(),
})
export type SettingFact = z.infer<typeof settingFact>

/** Something in a log that helps to say how and when. Bursts are counted into one fact. */
export const logEntryFact = z.object({
  kind: z.literal('log-entry'),
  path: z.string(),
  /** `failed-login-burst`, `login`, `account-created`, `account-changed`. */
  event: z.string(),
  at: time,
  until: time.optional(),
  count: z.number(),
  user: z.string().optional(),
  address: z.string().optional(),
  text: z.string(),
})
export type LogEntryFact = z.infer<typeof logEntryFact>

/** A container as its runtime's state on disk tells (Docker, containerd, podman). */
export const containerFact = z.object({
  kind: z.literal('container'),
  /** The runtime's id; in a finding or incident the id of the fact stands here. */
  id: z.string(),
  /** The runtime's id, always. */
  containerId: z.string().optional(),
  name: z.string(),
  runtime: z.enum(['docker', 'containerd', 'podman', 'cri-o']),
  image: z.string(),
  /** `sha256:…`, where the runtime's state has it. */
  imageId: z.string().optional(),
  command: z.string(),
  /** The state's file. */
  path: z.string(),
  running: z.boolean(),
  restartPolicy: z.string(),
  privileged: z.boolean(),
  hostNetwork: z.boolean(),
  hostPid: z.boolean(),
  mounts: z.array(z.string()),
  environmentTells: z.array(z.string()),
  created: time.optional(),
  pid: z.number().optional(),
})
export type ContainerFact = z.infer<typeof containerFact>

/** An installed package. Emitted only when asked for (inventories); ownership does not need it. */
export const packageFact = z.object({
  kind: z.literal('package'),
  name: z.string(),
  version: z.string(),
  architecture: z.string(),
  manager: z.enum(['dpkg', 'rpm', 'apk']),
})
export type PackageFact = z.infer<typeof packageFact>
