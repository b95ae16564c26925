import { type Infection, miner, minerWords } from '../host-part.ts'
import { minerSettings, serviceText } from './parts.ts'

const den = '/usr/lib/x86_64-linux-gnu/.dri'

/** Everything in one place that looks like a package's, with a drop-in on a unit of the system. */
export const shaderCache: Infection = {
  family: 'shader-cache',
  known: false,
  title: 'A miner among the drivers of the graphics card',
  story: [
    'Program, settings and watchdog lie in a hidden directory among the libraries.',
    'A service and a timer of their own start it; a drop-in makes ssh start it as well.',
  ],
  items: [
    { kind: 'directory', path: den },
    {
      kind: 'file',
      path: `${den}/radeonsi_drv`,
      content: { lookalike: { ...miner, title: 'mesa-shader-cache' }, words: `${minerWords}\nshader cache` },
      mode: 0o755,
    },
    { kind: 'file', path: `${den}/drirc.dat`, content: { text: minerSettings } },
    {
      kind: 'file',
      path: `${den}/refresh.sh`,
      content: {
        text: `#!/bin/sh\npgrep -f radeonsi_drv >/dev/null || nohup ${den}/radeonsi_drv -c ${den}/drirc.dat >/dev/null 2>&1 &\n`,
      },
      mode: 0o755,
    },
    {
      kind: 'file',
      path: '/etc/systemd/system/mesa-shader-cache.service',
      content: { text: serviceText('Mesa shader cache', `${den}/radeonsi_drv -c ${den}/drirc.dat`) },
    },
    {
      kind: 'file',
      path: '/etc/systemd/system/mesa-shader-refresh.service',
      content: {
        text: `[Unit]\nDescription=Mesa shader refresh\n\n[Service]\nType=oneshot\nExecStart=${den}/refresh.sh\n`,
      },
    },
    {
      kind: 'file',
      path: '/etc/systemd/system/mesa-shader-refresh.timer',
      content: { text: '[Timer]\nOnBootSec=3min\nOnUnitActiveSec=10min\n\n[Install]\nWantedBy=timers.target\n' },
    },
    {
      kind: 'file',
      path: '/etc/systemd/system/ssh.service.d/10-limits.conf',
      content: { text: `[Service]\nExecStartPre=-${den}/refresh.sh\n` },
    },
    { kind: 'unit', name: 'mesa-shader-cache.service', path: '/etc/systemd/system/mesa-shader-cache.service' },
    { kind: 'unit', name: 'mesa-shader-refresh.timer', path: '/etc/systemd/system/mesa-shader-refresh.timer' },
    { kind: 'process', path: `${den}/radeonsi_drv`, argv: [], startedBy: 'mesa-shader-cache.service' },
  ],
}
