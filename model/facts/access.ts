import { z } from 'zod'
import { indicatorMatch } from './matches.ts'
import { attributes, ownership, time } from './shared.ts'

/** One line of an authorized_keys file (sshd(8)). */
export const loginKeyFact = z.object({
  kind: z.literal('login-key'),
  path: z.string(),
  pathBytes: z.string().optional(),
  line: z.number(),
  text: z.string(),
  textBytes: z.string().optional(),
  user: z.string(),
  keyType: z.string(),
  /** `SHA256:` and base64 without padding, as ssh-keygen prints it. */
  fingerprint: z.string(),
  comment: z.string(),
  options: z.array(z.string()),
  attributes,
  modified: time,
  /** How many keys the file holds, and how many accounts have this same key. */
  keysInFile: z.number(),
  accountsWithKey: z.number(),
  command: z.string().optional(),
  indicators: z.array(indicatorMatch).optional(),
})
export type LoginKeyFact = z.infer<typeof loginKeyFact>

/** An account: passwd(5), shadow(5), group(5), sudoers(5) joined. One fact for each line of passwd. */
export const accountFact = z.object({
  kind: z.literal('account'),
  name: z.string(),
  path: z.string(),
  line: z.number(),
  text: z.string(),
  uid: z.number(),
  gid: z.number(),
  home: z.string(),
  shell: z.string(),
  comment: z.string(),
  /** uid 0, or below 1000 (or SYS_UID_MAX of login.defs). */
  system: z.boolean(),
  /** The shell lets somebody log in. */
  loginShell: z.boolean(),
  /** `set`, `locked`, `empty`, `none` (no shadow line). */
  password: z.enum(['set', 'locked', 'empty', 'none', 'unknown']),
  passwordChanged: time.optional(),
  groups: z.array(z.string()),
  /** sudo, wheel, docker, lxd …, or a rule of sudoers. */
  administrator: z.boolean(),
  sudoRules: z.array(z.string()),
  /** From auth.log or secure where they tell. */
  createdAt: time.optional(),
  homeCreatedAt: time.optional(),
  lastActive: time.optional(),
  /** `duplicate-name`, `duplicate-uid`, `uid-0-twin`, `trailing-space`, `duplicate-shadow`, `no-shadow`, `home-in-tmp`. */
  oddities: z.array(z.string()),
  keys: z.number(),
  attributes,
})
export type AccountFact = z.infer<typeof accountFact>

/** One rule of sudoers(5). */
export const sudoRuleFact = z.object({
  kind: z.literal('sudo-rule'),
  path: z.string(),
  line: z.number(),
  text: z.string(),
  user: z.string(),
  command: z.string(),
  noPassword: z.boolean(),
  ownership,
  package: z.string().optional(),
  modified: time,
  ageDays: z.number().optional(),
  attributes,
})
export type SudoRuleFact = z.infer<typeof sudoRuleFact>
