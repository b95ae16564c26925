import type { Collector } from '../collector.ts'
import { environment } from './environment.ts'
import { initramfs } from './initramfs.ts'
import { inittab } from './inittab.ts'
import { kernelStart } from './kernel-start.ts'
import { monit } from './monit.ts'
import { motd } from './motd.ts'
import { openrc } from './openrc.ts'
import { pm2 } from './pm2.ts'
import { preload } from './preload.ts'
import { rcLocal } from './rc-local.ts'
import { runit } from './runit.ts'
import { shellStart } from './shell-start.ts'
import { supervisor } from './supervisor.ts'
import { sysvInit } from './sysv-init.ts'
import { udev } from './udev.ts'
import { upstart } from './upstart.ts'
import { xdg } from './xdg.ts'
import { xinetd } from './xinetd.ts'

/** Every collector of autostarts and preloads besides cron and systemd. */
export const autostartCollectors: readonly Collector[] = [
  preload,
  sysvInit,
  rcLocal,
  inittab,
  openrc,
  upstart,
  runit,
  supervisor,
  monit,
  pm2,
  xinetd,
  shellStart,
  environment,
  kernelStart,
  udev,
  initramfs,
  motd,
  xdg,
]
