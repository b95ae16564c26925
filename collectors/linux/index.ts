import type { Collector } from '../collector.ts'
import { autostartCollectors } from './autostarts.ts'
import { sockets } from './sockets.ts'
import { firstSample, processes } from './processes.ts'
import { at } from './at.ts'
import { commandIntegrity } from './command-integrity.ts'
import { cron } from './cron.ts'
import { files } from './files.ts'
import { systemd } from './systemd.ts'

/** Every collector for Linux, in the order in which they run within a stage. */
export const linuxCollectors: readonly Collector[] = [firstSample, cron, at, systemd, processes, sockets, ...autostartCollectors, files, commandIntegrity]
