import type { Collector } from '../collector.ts'
import { autostartFact, isStock } from './autostart-fact.ts'
import { directoriesIn, distinct, glob } from './directory.ts'
import { readLines } from './host-lines.ts'
import { scriptsOf } from './script.ts'

/**
 * What gets into the next initramfs or runs when a kernel is installed: hooks and boot scripts of initramfs-tools(7),
 * dracut modules and `install_items`, /etc/kernel. What a package owns unmodified under /usr is left out.
 */
export const initramfs: Collector = {
  name: 'initramfs',
  collects: ['autostart'],
  os: ['linux'],
  stage: 'first',
  *collect(survey) {
    const { target } = survey
    const own = [
      '/etc/initramfs-tools/hooks',
      ...directoriesIn(target, '/etc/initramfs-tools/scripts'),
      '/etc/initramfs/post-update.d',
    ]
    const shared = ['/usr/share/initramfs-tools/hooks', ...directoriesIn(target, '/usr/share/initramfs-tools/scripts')]
    const kernel = ['/etc/kernel/install.d', ...glob(target, '/etc/kernel/*.d'), '/usr/lib/kernel/install.d']
    const modules = ['/usr/lib/dracut/modules.d', '/etc/dracut/modules.d'].flatMap(folder =>
      directoriesIn(target, folder),
    )
    const common = { mechanism: 'initramfs' as const, user: 'root', skipStock: true }
    yield* scriptsOf(survey, { ...common, directories: own, schedule: 'boot', skipStock: false })
    yield* scriptsOf(survey, { ...common, directories: shared, schedule: 'boot' })
    yield* scriptsOf(survey, { ...common, directories: kernel, schedule: 'kernel installation' })
    yield* scriptsOf(survey, { ...common, directories: modules, schedule: 'boot', ignore: /^README/ })
    for (const path of distinct(target, ['/etc/dracut.conf', ...glob(target, '/etc/dracut.conf.d/*.conf')])) {
      if (target.files.stat(path)?.type !== 'file' || isStock(survey, path)) continue
      for (const { line, text, joined } of readLines(target, path)) {
        const [, name, value = ''] =
          /^\s*(install_items|install_optional_items|add_dracutmodules|force_drivers|add_drivers)\s*\+?=\s*["']?([^"']*)/.exec(
            joined,
          ) ?? []
        if (name === undefined || value.trim() === '') continue
        const targets = value.split(/\s+/).filter(word => word.startsWith('/'))
        yield autostartFact(survey, {
          mechanism: 'initramfs',
          path,
          line,
          text,
          name,
          command: '',
          targets,
          settings: [`${name}=${value.trim()}`],
          schedule: 'boot',
          user: 'root',
        })
      }
    }
  },
}
