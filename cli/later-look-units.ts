import { resolve } from 'node:path'
import { lastingLauncher } from './program-name.ts'
import { systemdQuoted } from './systemd-quoted.ts'

/** A file of systemd, or a link. */
export interface UnitFile {
  readonly path: string
  readonly text?: string
  readonly linkTo?: string
}

const folder = '/etc/systemd/system'

/** A timer with its service: at these times, and some minutes after the next boot (systemd.timer(5)). */
export function lookUnits(
  run: string,
  state: string,
  times: readonly string[],
): { files: readonly UnitFile[]; timer: string } {
  const name = `davylamp-look-${run}`
  const command = [lastingLauncher, '--state', resolve(state), 'prove', run, '--look', '--watch', '0']
  const service = [
    '[Unit]',
    `Description=Davylamp looks again at what run ${run} removed`,
    '[Service]',
    'Type=oneshot',
    'Nice=19',
    'IOSchedulingClass=idle',
    `ExecStart=${command.map(systemdQuoted).join(' ')}`,
    '',
  ]
  const timer = [
    '[Unit]',
    `Description=Davylamp: later looks for run ${run}`,
    '[Timer]',
    ...times.map(at => `OnCalendar=${at.slice(0, 10)} ${at.slice(11, 19)} UTC`),
    'OnBootSec=5min',
    'Persistent=true',
    '[Install]',
    'WantedBy=timers.target',
    '',
  ]
  const timerPath = `${folder}/${name}.timer`
  return {
    files: [
      { path: `${folder}/${name}.service`, text: service.join('\n') },
      { path: timerPath, text: timer.join('\n') },
      { path: `${folder}/timers.target.wants/${name}.timer`, linkTo: timerPath },
    ],
    timer: `${name}.timer`,
  }
}
