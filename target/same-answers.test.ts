import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { encodeBytes, type FileTree, liveTarget, type MemoryFile, memoryTarget, mountedTree } from './index.ts'

const longName = 'n'.repeat(255)
const host: Record<string, string | MemoryFile> = {
  '/etc/passwd': 'root:x:0:0::/root:/bin/bash\n',
  '/etc/empty': '',
  '/etc/bytes': 'a\udcffb',
  '/etc/relative': { link: 'passwd' },
  '/etc/up': { link: '../usr/./lib/../bin/tool' },
  '/etc/loop': { link: 'loop' },
  '/etc/nowhere': { link: 'gone' },
  '/etc/file-as-directory': { link: 'passwd/x' },
  '/usr/bin/tool': 'tool',
  '/usr/lib/x': '',
  '/bin': { link: 'usr/bin' },
  '/names/new\nline': '1',
  '/names/-rf': '2',
  '/names/trailing ': '3',
  '/names/\udcff\udcfe': '4',
  '/names/$(reboot)': '5',
  [`/names/${longName}`]: '6',
}
for (let at = 0; at < 45; at++) host[`/chain/${at}`] = { link: at === 44 ? '../etc/passwd' : String(at + 1) }

const scratch = mkdtempSync(join(tmpdir(), 'davylamp-trees-'))
after(() => rmSync(scratch, { recursive: true, force: true }))
for (const [path, entry] of Object.entries(host)) plant(scratch, path, entry)

function plant(root: string, path: string, entry: string | MemoryFile) {
  const place = Buffer.concat([Buffer.from(root), encodeBytes(path)])
  mkdirSync(dirname(`${root}${path}`), { recursive: true })
  if (typeof entry === 'string') writeFileSync(place, encodeBytes(entry))
  else symlinkSync(encodeBytes(entry.link ?? ''), place)
}

/** The live tree seen as if the temporary directory were its root. */
function liveBelow(root: string): FileTree {
  const { files } = liveTarget()
  const inside = (path: string) => (path === '' ? '' : `${root}${path}`)
  return {
    stat: path => files.stat(inside(path)),
    lstat: path => files.lstat(inside(path)),
    list: (path, limit) => files.list(inside(path), limit),
    read: (path, limit, cut) => files.read(inside(path), limit, cut),
    text: (path, limit) => files.text(inside(path), limit),
    slice: (path, offset, length, into) => files.slice(inside(path), offset, length, into),
    readLink: path => files.readLink(inside(path)),
    realPath: path => files.realPath(inside(path))?.slice(root.length),
    digest: (path, limit) => files.digest(inside(path), limit),
    hash: (path, algorithm, limit) => files.hash(inside(path), algorithm, limit),
    attributes: path => files.attributes(inside(path)),
  }
}

const trees: [string, FileTree][] = [
  ['memory', memoryTarget({ files: host }).files],
  ['mounted', mountedTree(scratch).files],
  ['mounted stepwise', mountedTree(scratch, { stepwise: true }).files],
  ['live', liveBelow(scratch)],
]

const passwd = 'root:x:0:0::/root:/bin/bash\n'
const names = ['$(reboot)', '-rf', 'new\nline', longName, 'trailing ', '\udcff\udcfe']
const cases: [string, (files: FileTree) => unknown, unknown][] = [
  ['reads a file', files => files.text('/etc/passwd'), passwd],
  ['reads an empty file', files => files.text('/etc/empty'), ''],
  ['keeps bytes that are not UTF-8', files => files.text('/etc/bytes'), 'a\udcffb'],
  ['cuts at the limit', files => files.text('/etc/passwd', 4), 'root'],
  ['reads a slice', files => files.slice('/etc/passwd', 5, 3)?.toString(), 'x:0'],
  ['reads a slice over the end', files => files.slice('/etc/passwd', 25, 100)?.toString(), 'sh\n'],
  ['reads a slice beyond the end', files => files.slice('/etc/passwd', 1000, 5)?.toString(), ''],
  ['reads a slice before the beginning', files => files.slice('/etc/passwd', -3, 4)?.toString(), 'root'],
  ['follows a relative link', files => files.text('/etc/relative'), passwd],
  ['follows a link in the middle', files => files.text('/bin/tool'), 'tool'],
  ['follows dots', files => files.text('/etc/up'), 'tool'],
  ['resolves links', files => files.realPath('/etc/up'), '/usr/bin/tool'],
  ['resolves a linked directory', files => files.realPath('/bin/'), '/usr/bin'],
  ['resolves dots', files => files.realPath('/etc/../usr//./bin'), '/usr/bin'],
  ['says what a link says', files => files.readLink('/etc/up'), '../usr/./lib/../bin/tool'],
  ['a file says no link', files => files.readLink('/etc/passwd'), undefined],
  ['a loop leads nowhere', files => files.text('/etc/loop'), undefined],
  ['a loop has no real path', files => files.realPath('/etc/loop'), undefined],
  ['a loop is a link', files => files.lstat('/etc/loop')?.type, 'symlink'],
  ['a chain of 40 links', files => files.text('/chain/5'), passwd],
  ['a chain of 41 links', files => files.text('/chain/4'), undefined],
  ['a link to nothing', files => files.stat('/etc/nowhere'), undefined],
  ['a file is no directory', files => files.stat('/etc/file-as-directory'), undefined],
  ['a file with a slash behind', files => files.stat('/etc/passwd/'), undefined],
  ['a file with dots behind', files => files.stat('/etc/passwd/..'), undefined],
  ['lists', files => files.list('/names'), names],
  ['lists not more than the limit', files => files.list('/names', 2)?.length, 2],
  ['lists through a link', files => files.list('/bin'), ['tool']],
  ['lists no file', files => files.list('/etc/passwd'), undefined],
  ['lists nothing that is missing', files => files.list('/nowhere'), undefined],
  [
    'reads every name it lists',
    files => names.map(name => files.text(`/names/${name}`)),
    ['5', '2', '1', '6', '3', '4'],
  ],
  ['reads no directory', files => files.text('/etc'), undefined],
  ['hashes no directory', files => files.digest('/etc'), undefined],
  ['reads no name with NUL', files => files.text('/etc/passwd\0'), undefined],
  ['reads no empty path', files => files.text(''), undefined],
  ['finds no impossible name', files => files.stat(`/${'n'.repeat(256)}`), undefined],
  [
    'types',
    files => ['/etc', '/bin', '/etc/passwd'].map(path => files.lstat(path)?.type),
    ['directory', 'symlink', 'file'],
  ],
  ['size of a link', files => files.lstat('/bin')?.size, 7],
  ['flags', files => files.attributes('/etc/passwd'), []],
  [
    'hashes',
    files => files.digest('/bin/tool'),
    {
      sha256: '7c9bbe5ec9b3fb774e8fa0f54247e93c34ddf8e5d16fe3073420de0ae81a262d',
      md5: '39ab32c5aeb56c9f5ae17f073ce31023',
      size: 4,
    },
  ],
  ['hashes not above the limit', files => files.digest('/bin/tool', 3), undefined],
  ['one hash', files => files.hash('/bin/tool', 'md5'), '39ab32c5aeb56c9f5ae17f073ce31023'],
  [
    'one hash of none',
    files => [files.hash('/etc', 'sha1'), files.hash('/bin/tool', 'sha1', 3)],
    [undefined, undefined],
  ],
  ['a slice', files => files.slice('/etc/passwd', 5, 3, Buffer.alloc(9, 'x'))?.toString(), 'x:0'],
  ['a slice behind the end', files => files.slice('/bin/tool', 2, 9, Buffer.alloc(9, 'x'))?.length, 2],
  [
    'a slice that its buffer cannot hold',
    files => files.slice('/etc/passwd', 0, 4, Buffer.alloc(2))?.toString(),
    'root',
  ],
]
for (const [tree, files] of trees) {
  for (const [name, ask, expected] of cases) test(`${tree}: ${name}`, () => assert.deepEqual(ask(files), expected))
}

const gapCases: [string, (files: FileTree) => unknown, unknown][] = [
  ['a cut file', files => files.read('/etc/passwd', 4), 'longer than 4 bytes, the rest was not read'],
  ['a file cut on purpose', files => files.read('/etc/passwd', 4, 'fine'), undefined],
  ['a long list', files => files.list('/names', 2), 'more than 2 names'],
  ['a file too long to hash', files => files.digest('/etc/passwd', 2), 'longer than 2 bytes, not hashed'],
  ['what is missing', files => files.read('/etc/loop'), undefined],
]
for (const [name, ask, why] of gapCases) {
  test(`gap: ${name}`, () => {
    for (const target of [memoryTarget({ files: host }), mountedTree(scratch)]) {
      ask(target.files)
      ask(target.files)
      assert.deepEqual(
        target.gaps.map(gap => gap.why),
        why === undefined ? [] : [why],
        target.root,
      )
    }
  })
}
