import { z } from 'zod'
import { accountFact, loginKeyFact, sudoRuleFact } from './access.ts'
import { autostartFact } from './autostart.ts'
import {
  bpfProgramFact,
  commandIntegrityFact,
  kernelHookFact,
  kernelModuleFact,
  mountFact,
  preloadFact,
} from './concealment.ts'
import { fileFact } from './file.ts'
import { processFact } from './process.ts'
import {
  containerFact,
  hostsEntryFact,
  logEntryFact,
  packageFact,
  resolverFact,
  settingFact,
  sysctlFact,
} from './setting.ts'
import { listenerFact, socketFact } from './socket.ts'
import { webRootFact } from './web-root.ts'

export type * from './access.ts'
export { type AutostartFact, type Mechanism, mechanisms } from './autostart.ts'
export type * from './concealment.ts'
export { type FileFact, type Trait, traits } from './file.ts'
export { type ContentMatch, contentMatch, type IndicatorMatch, indicatorMatch, indicatorTypes } from './matches.ts'
export type * from './process.ts'
export type * from './setting.ts'
export type { Ownership } from './shared.ts'
export type * from './socket.ts'
export type * from './web-root.ts'

/** Every kind of fact with its schema: the one list of them. */
export const factSchemas = {
  process: processFact,
  socket: socketFact,
  listener: listenerFact,
  autostart: autostartFact,
  file: fileFact,
  'login-key': loginKeyFact,
  account: accountFact,
  'sudo-rule': sudoRuleFact,
  preload: preloadFact,
  'command-integrity': commandIntegrityFact,
  mount: mountFact,
  'kernel-module': kernelModuleFact,
  'bpf-program': bpfProgramFact,
  'kernel-hook': kernelHookFact,
  'hosts-entry': hostsEntryFact,
  resolver: resolverFact,
  sysctl: sysctlFact,
  setting: settingFact,
  'log-entry': logEntryFact,
  container: containerFact,
  'web-root': webRootFact,
  package: packageFact,
} as const

/** One thing seen on a target. */
export const fact = z.discriminatedUnion('kind', [
  processFact,
  socketFact,
  listenerFact,
  autostartFact,
  fileFact,
  loginKeyFact,
  accountFact,
  sudoRuleFact,
  preloadFact,
  commandIntegrityFact,
  mountFact,
  kernelModuleFact,
  bpfProgramFact,
  kernelHookFact,
  hostsEntryFact,
  resolverFact,
  sysctlFact,
  settingFact,
  logEntryFact,
  containerFact,
  webRootFact,
  packageFact,
])
export type Fact = z.infer<typeof fact>
export type FactKind = Fact['kind']
export type FactOf<K extends FactKind> = Extract<Fact, { kind: K }>
