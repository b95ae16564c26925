import type { AutostartFact } from '../../model/index.ts'
import type { Collector, Survey } from '../collector.ts'
import { autostartFact, isStock } from './autostart-fact.ts'
import { baseName, glob } from './directory.ts'
import { readLines } from './host-lines.ts'
import { homesOf } from './people.ts'
import { scriptFact, scriptsOf } from './script.ts'

/** What a graphical session starts: XDG autostart entries, X session scripts and those of display managers. Unmodified entries of packages are left out. */
export const xdg: Collector = {
  name: 'xdg',
  collects: ['autostart'],
  os: ['linux'],
  stage: 'first',
  *collect(survey) {
    const { target } = survey
    for (const path of glob(target, '/etc/xdg/autostart/*.desktop'))
      if (!isStock(survey, path)) yield* entryFacts(survey, path, {})
    yield* scriptsOf(survey, {
      mechanism: 'x-session',
      directories: sessionDirectories,
      schedule: 'graphical login',
      skipStock: true,
      runs: () => true,
    })
    for (const { user, home } of homesOf(target, survey.people)) {
      for (const path of glob(target, `${home}/.config/autostart/*.desktop`))
        yield* entryFacts(survey, path, { user, home })
      const scripts = [
        ...homeScripts.map(name => `${home}/${name}`),
        ...glob(target, `${home}/.config/autostart-scripts/*`),
        ...glob(target, `${home}/.config/plasma-workspace/*/*`),
      ]
      for (const path of scripts) {
        if (target.files.stat(path)?.type === 'file')
          yield scriptFact(survey, { mechanism: 'x-session', path, user, schedule: 'graphical login' })
      }
    }
  },
}

const sessionDirectories = [
  '/etc/X11/Xsession.d',
  '/etc/X11/xinit/xinitrc.d',
  '/etc/X11/xinit',
  '/etc/gdm3',
  '/etc/gdm3/PostLogin',
  '/etc/gdm3/Init',
  '/etc/gdm3/PreSession',
  '/etc/gdm3/PostSession',
  '/etc/gdm/Init',
  '/etc/gdm/PostLogin',
  '/etc/lightdm/lightdm.conf.d',
  '/etc/sddm/scripts',
]
const homeScripts = [
  '.xinitrc',
  '.xsession',
  '.xsessionrc',
  '.xprofile',
  '.Xclients',
  '.xserverrc',
  '.config/openbox/autostart',
  '.config/lxsession/LXDE/autostart',
  '.fluxbox/startup',
]

/** `Exec=` of a desktop entry; `Hidden=true` takes it out of the session. */
function* entryFacts(survey: Survey, path: string, whose: { user?: string; home?: string }): Generator<AutostartFact> {
  const lines = readLines(survey.target, path, 256 * 1024)
  const hidden = lines.some(({ joined }) =>
    /^\s*(?:Hidden\s*=\s*true|X-GNOME-Autostart-enabled\s*=\s*false)\s*$/i.test(joined),
  )
  for (const { line, text, joined } of lines) {
    const [, command] = /^\s*(?:Exec|X-GNOME-Autostart-Exec)\s*=\s*(.+?)\s*$/.exec(joined.slice(0, 8_192)) ?? []
    if (command === undefined) continue
    yield autostartFact(survey, {
      mechanism: 'xdg-autostart',
      path,
      line,
      text,
      name: baseName(path),
      command,
      enabled: !hidden,
      schedule: 'graphical login',
      ...whose,
    })
  }
}
