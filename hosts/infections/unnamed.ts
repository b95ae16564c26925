import { type Infection, miner, minerWords } from '../host-part.ts'

const den = '/var/tmp/...'
const body = { lookalike: { ...miner, title: '[kworker/1:2]' }, words: `${minerWords}\nunnamed campaign` } as const

/** A campaign of no known family, with names and links that hurt careless tools. */
export const unnamed: Infection = {
  family: 'unnamed',
  known: false,
  title: 'A campaign that nobody has described, with hostile names',
  story: [
    'A miner that calls itself [kworker/1:2] runs from a directory named with three dots.',
    'An empty directory is mounted over its entry in /proc, so that ps does not list it.',
    'Copies of it bear names such as -rf, a line break, $(…), a trailing blank and bytes that are no UTF-8.',
    'Links beside them lead to /etc/passwd, to /usr and to the root directory: whoever follows them destroys the host.',
  ],
  items: [
    { kind: 'directory', path: den, mode: 0o755 },
    { kind: 'file', path: `${den}/updater`, content: body, mode: 0o755, acl: 'u:daemon:r-x' },
    { kind: 'file', path: `${den}/-rf`, content: body, mode: 0o755 },
    { kind: 'file', path: `${den}/two\nlines`, content: body, mode: 0o755 },
    { kind: 'file', path: `${den}/$(touch ${den}/executed)`, content: body, mode: 0o755 },
    { kind: 'file', path: `${den}/trailing `, content: body, mode: 0o755 },
    { kind: 'file', path: `${den}/\udcff\udcfe.bin`, content: body, mode: 0o755 },
    { kind: 'link', path: `${den}/passwd`, to: '/etc/passwd' },
    { kind: 'link', path: `${den}/lib`, to: '/usr' },
    { kind: 'link', path: `${den}/..data`, to: '/' },
    {
      kind: 'file',
      path: '/etc/cron.d/sysstat-collect',
      content: { text: `SHELL=/bin/sh\n*/5 * * * * root ${den}/updater -B >/dev/null 2>&1\n` },
    },
    { kind: 'line', path: '/root/.profile', text: `(${den}/updater -B >/dev/null 2>&1 &)` },
    { kind: 'directory', path: `${den}/ `, mode: 0o755 },
    { kind: 'process', path: `${den}/updater`, argv: ['[kworker/1:2]'], cwd: '/' },
    { kind: 'mount', over: `${den}/updater`, source: `${den}/ ` },
  ],
}
