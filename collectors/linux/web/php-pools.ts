import type { Target } from '../../../target/index.ts'
import { parentOf } from '../directory.ts'
import { iniEntries } from '../ini-file.ts'
import { addRoot, included, placeOf, type Served, textOf } from './configuration.ts'

export const phpPoolFiles = [
  '/etc/php/*/fpm/php-fpm.conf',
  '/etc/php/*/fpm/pool.d/*.conf',
  '/etc/php-fpm.conf',
  '/etc/php-fpm.d/*.conf',
  '/etc/php[0-9]*/php-fpm.conf',
  '/etc/php[0-9]*/php-fpm.d/*.conf',
  '/etc/opt/remi/php*/php-fpm.d/*.conf',
  '/opt/cpanel/ea-php*/root/etc/php-fpm.d/*.conf',
  '/opt/plesk/php/*/etc/php-fpm.d/*.conf',
  '/usr/local/etc/php-fpm.d/*.conf',
  '/www/server/php/*/etc/php-fpm*.conf',
]

/** Accounts, `chroot` and `chdir` of pools of PHP (php.net, install.fpm.configuration). */
export function readPhpPool(target: Target, path: string, served: Served, depth = 0): void {
  const text = textOf(target, path, served, depth)
  if (text === undefined) return
  const chroots = new Map<string, string>()
  const pool = (value: string, section: string) => value.replace(/^(["'])(.*)\1$/, '$2').replaceAll('$pool', section)
  for (const { section, key, value, line } of iniEntries(text)) {
    const plain = pool(value, section)
    const source = `${path}:${line}`
    if (key === 'user') served.users.add(plain)
    else if (key === 'include')
      for (const other of included(target, plain, parentOf(path))) readPhpPool(target, other, served, depth + 1)
    else if (key === 'chroot') {
      chroots.set(section, placeOf(plain, '/') ?? '')
      addRoot(served, plain, '/', source)
    } else if (key === 'chdir' && plain !== '/') addRoot(served, `${chroots.get(section) ?? ''}${plain}`, '/', source)
  }
}
