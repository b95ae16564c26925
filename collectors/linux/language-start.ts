import type { Fact } from '../../model/index.ts'
import type { Collector, Survey } from '../collector.ts'
import { autostartFact, isStock } from './autostart-fact.ts'
import { commandTargets } from './command.ts'
import { distinct, glob } from './directory.ts'
import { readLines } from './host-lines.ts'
import { homesOf } from './people.ts'
import { phpStarts } from './php-starts.ts'
import { scriptFact } from './script.ts'

/**
 * What language runtimes run before any program: Python's sitecustomize, usercustomize and `import` lines of `*.pth` files
 * (site), PHP's auto_prepend_file and extensions from odd places; those of single folders are in web-start.ts. Unmodified files
 * of packages are left out.
 */
export const languageStart: Collector = {
  name: 'language-start',
  collects: ['autostart'],
  os: ['linux'],
  stage: 'first',
  *collect(survey) {
    survey.progress('language runtimes')
    const { target } = survey
    const system = systemSites.flatMap(pattern => glob(target, pattern))
    for (const site of distinct(target, system)) yield* siteFacts(survey, site, undefined)
    for (const { user, home } of homesOf(target, survey.people)) {
      for (const site of glob(target, `${home}/.local/lib/python*/site-packages`)) yield* siteFacts(survey, site, user)
    }
    for (const path of distinct(
      target,
      phpFiles.flatMap(pattern => glob(target, pattern)),
    )) {
      if (target.files.stat(path)?.type === 'file' && !isStock(survey, path)) yield* phpStarts(survey, path)
    }
  },
}

const systemSites = [
  '/usr/lib/python*',
  '/usr/lib/python*/dist-packages',
  '/usr/lib/python*/site-packages',
  '/usr/lib64/python*/site-packages',
  '/usr/local/lib/python*/dist-packages',
  '/usr/local/lib/python*/site-packages',
  '/etc/python*',
]

function* siteFacts(survey: Survey, site: string, user: string | undefined): Generator<Fact> {
  const { files } = survey.target
  for (const name of files.list(site) ?? []) {
    if (!/^(?:sitecustomize|usercustomize)(?:\.py)?$|\.pth$/.test(name)) continue
    const path = files.stat(`${site}/${name}`)?.type === 'directory' ? `${site}/${name}/__init__.py` : `${site}/${name}`
    if (files.stat(path)?.type !== 'file' || isStock(survey, path)) continue
    const given = { mechanism: 'python-start' as const, path, user, schedule: 'python start' }
    if (!name.endsWith('.pth')) {
      yield scriptFact(survey, given)
      continue
    }
    for (const { line, text, joined } of readLines(survey.target, path)) {
      // site runs such lines as code; all others are only directories.
      if (/^import[ \t]/.test(joined) && !knownPth.test(joined))
        yield autostartFact(survey, { ...given, line, text, command: joined.trim(), targets: namedInCode(joined) })
    }
  }
}

/** Paths that the code names, and those that the command lines in its strings name. */
function namedInCode(code: string): string[] {
  const texts = code.slice(0, 8_192).matchAll(/(["'])([^"']{2,2000})\1/g)
  return [...texts].flatMap(([, , text = '']) => commandTargets(text)).slice(0, 64)
}

/** What setuptools writes there on every host, to the last letter. */
const knownPth =
  /^import os; var = 'SETUPTOOLS_USE_DISTUTILS'; enabled = os\.environ\.get\(var, '(?:local|stdlib)'\) == 'local'; enabled and __import__\('_distutils_hack'\)(?:\.add_shim\(\))?;?\s*$/

const phpFiles = [
  '/etc/php.ini',
  '/etc/php.d/*.ini',
  '/etc/php/*/*/php.ini',
  '/etc/php/*/*/conf.d/*.ini',
  '/usr/local/lib/php.ini',
  '/usr/local/etc/php/conf.d/*.ini',
  '/www/server/php/*/etc/php.ini',
  '/etc/php/*/fpm/pool.d/*.conf',
  '/etc/php-fpm.d/*.conf',
]
