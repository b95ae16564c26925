import type { Collector } from '../collector.ts'
import { logs } from './logs.ts'
import { settings } from './settings.ts'
import { sshdSettings } from './sshd-settings.ts'
import { sysctl } from './sysctl.ts'
import { hostsFile } from './hosts-file.ts'
import { accounts } from './accounts.ts'
import { sudoers } from './sudoers.ts'
import { loginKeys } from './login-keys.ts'
import { bpfPrograms } from './bpf-programs.ts'
import { kernelHooks } from './kernel-hooks.ts'
import { kernelModules } from './kernel-modules.ts'
import { mounts } from './mounts.ts'
import { autostartCollectors } from './autostarts.ts'
import { sockets } from './sockets.ts'
import { firstSample, processes, processesAround } from './processes.ts'
import { at } from './at.ts'
import { commandIntegrity } from './command-integrity.ts'
import { cron } from './cron.ts'
import { files } from './files.ts'
import { systemd } from './systemd.ts'
import { webRoots } from './web-roots.ts'
import { webStart } from './web-start.ts'

/** What shows the processes and nothing else. */
export const processCollectors: readonly Collector[] = [firstSample, processes]

/** For a look at single processes and files (`Survey.around`): these facts and nothing else of the host. */
export const aroundCollectors: readonly Collector[] = [processesAround, sockets, files]

/** What starts programs, lets people in or hides things: files that can be judged by themselves. */
export const placeCollectors: readonly Collector[] = [
  cron,
  at,
  systemd,
  ...autostartCollectors,
  loginKeys,
  sudoers,
  accounts,
  hostsFile,
]

/** Every collector for Linux, in the order in which they run within a stage. */
export const linuxCollectors: readonly Collector[] = [
  firstSample,
  cron,
  at,
  systemd,
  ...autostartCollectors,
  webRoots,
  webStart,
  files,
  commandIntegrity,
  mounts,
  kernelModules,
  kernelHooks,
  bpfPrograms,
  loginKeys,
  sudoers,
  accounts,
  hostsFile,
  sysctl,
  sshdSettings,
  settings,
  logs,
  processes,
  sockets,
]
