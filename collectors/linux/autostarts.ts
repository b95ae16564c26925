import type { Collector } from '../collector.ts'
import { containers } from './containers.ts'
import { environment } from './environment.ts'
import { eventHooks } from './event-hooks.ts'
import { exposedServices } from './exposed-services.ts'
import { gitHooks } from './git-hooks.ts'
import { initramfs } from './initramfs.ts'
import { inittab } from './inittab.ts'
import { kernelStart } from './kernel-start.ts'
import { languageStart } from './language-start.ts'
import { monit } from './monit.ts'
import { motd } from './motd.ts'
import { openrc } from './openrc.ts'
import { packageHooks } from './package-hooks.ts'
import { pam } from './pam.ts'
import { pm2 } from './pm2.ts'
import { preload } from './preload.ts'
import { quadlets } from './quadlets.ts'
import { rcLocal } from './rc-local.ts'
import { runit } from './runit.ts'
import { shellStart } from './shell-start.ts'
import { sshd } from './sshd.ts'
import { staticPods } from './static-pods.ts'
import { supervisor } from './supervisor.ts'
import { sysvInit } from './sysv-init.ts'
import { udev } from './udev.ts'
import { upstart } from './upstart.ts'
import { xdg } from './xdg.ts'
import { xinetd } from './xinetd.ts'

/** Every collector of autostarts and preloads besides cron and systemd. */
export const autostartCollectors: readonly Collector[] = [
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
  eventHooks,
  packageHooks,
  languageStart,
  gitHooks,
  pam,
  sshd,
  containers,
  quadlets,
  staticPods,
  exposedServices,
  // What the others found is what it looks for through an ordinary program's eyes.
  preload,
]
