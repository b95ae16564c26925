import type { Infection } from '../host-part.ts'
import { backDoors } from './back-doors.ts'
import { defaultSettings } from './default-settings.ts'
import { loginTraps } from './login-traps.ts'
import { bootTricks } from './boot-tricks.ts'
import { fetchedDaily } from './fetched-daily.ts'
import { containers } from './containers.ts'
import { coveredUp } from './covered-up.ts'
import { interpreted } from './interpreted.ts'
import { lanProxy } from './lan-proxy.ts'
import { leftInstaller } from './left-installer.ts'
import { lingering } from './lingering.ts'
import { manyHooks } from './many-hooks.ts'
import { nothingOnDisk } from './nothing-on-disk.ts'
import { oldWays } from './old-ways.ts'
import { openRedis } from './open-redis.ts'
import { shaderCache } from './shader-cache.ts'
import { vendorAgent } from './vendor-agent.ts'
import { watchingPair } from './watching-pair.ts'
import { weakSigns } from './weak-signs.ts'
import { webRoots } from './web-roots.ts'
import { webShop } from './web-shop.ts'

/** Campaigns that nobody has described: rules about behaviour alone must find them. */
export const campaigns: readonly Infection[] = [
  shaderCache,
  vendorAgent,
  webShop,
  lingering,
  manyHooks,
  oldWays,
  backDoors,
  coveredUp,
  interpreted,
  lanProxy,
  containers,
  openRedis,
  weakSigns,
  leftInstaller,
  watchingPair,
  defaultSettings,
  loginTraps,
  bootTricks,
  fetchedDaily,
  nothingOnDisk,
  webRoots,
]
