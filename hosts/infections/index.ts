import type { Infection } from '../host-part.ts'
import { aliyunduns } from './aliyunduns.ts'
import { cleanfda } from './cleanfda.ts'
import { kinsing } from './kinsing.ts'
import { outlaw } from './outlaw.ts'
import { skidmap } from './skidmap.ts'
import { unnamed } from './unnamed.ts'
import { xorddos } from './xorddos.ts'

/** Every infected host that the range can become. */
export const infections: readonly Infection[] = [aliyunduns, skidmap, cleanfda, outlaw, kinsing, xorddos, unnamed]
