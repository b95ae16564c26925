import type { Infection } from '../host-part.ts'
import { aliyunduns } from './aliyunduns.ts'
import { cleanfda } from './cleanfda.ts'
import { diicot } from './diicot.ts'
import { gang8220 } from './gang8220.ts'
import { kinsing } from './kinsing.ts'
import { outlaw } from './outlaw.ts'
import { perfctl } from './perfctl.ts'
import { redtail } from './redtail.ts'
import { rocke } from './rocke.ts'
import { skidmap } from './skidmap.ts'
import { sysrv } from './sysrv.ts'
import { teamtnt } from './teamtnt.ts'
import { unnamed } from './unnamed.ts'
import { watchdog } from './watchdog.ts'
import { xorddos } from './xorddos.ts'

/** Those that every test run boots, all on one host. */
export const bootedInfections: readonly Infection[] = [aliyunduns, skidmap, cleanfda, outlaw, kinsing, xorddos, unnamed]

/** Those that a test run plants on a tree on which nothing runs; `npm run verify range-families` boots them. */
export const plantedInfections: readonly Infection[] = [
  teamtnt,
  watchdog,
  gang8220,
  rocke,
  sysrv,
  perfctl,
  diicot,
  redtail,
]

/** Every infected host that the range can become. */
export const infections: readonly Infection[] = [...bootedInfections, ...plantedInfections]
