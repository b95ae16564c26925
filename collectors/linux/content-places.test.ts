import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type ContentPlaces, contentPlaces, type PlacesWanted, unreadPlace } from './content-places.ts'
import { parseMount } from './mount-info.ts'

const disk = '27 1 254:0 / / rw - ext4 /dev/vda rw'
const proc = '22 27 0:21 / /proc rw - proc proc rw'

function placesOf(lines: readonly string[], wanted: Partial<PlacesWanted> = {}): ContentPlaces {
  const mounts = lines.map(parseMount).filter(one => one !== undefined)
  return contentPlaces(mounts, { root: '/', remote: false, ...wanted })
}

const cases: readonly (readonly [string, readonly string[], Partial<PlacesWanted>, Partial<ContentPlaces>])[] = [
  [
    'local file systems, each by itself; what holds no files is not entered',
    [disk, proc, '30 27 0:40 / /tmp rw - tmpfs tmpfs rw', '31 27 8:1 / /srv rw - xfs /dev/sdb rw'],
    {},
    { directories: ['/', '/tmp', '/srv'], notInto: ['/proc', '/tmp', '/srv'], gaps: [] },
  ],
  [
    'a bind of a directory that is read anyway',
    [disk, '40 27 254:0 /home/a /srv/a rw - ext4 /dev/vda rw'],
    {},
    { directories: ['/'], notInto: ['/srv/a'] },
  ],
  [
    'a bind is the only way to what lies under another mount',
    [disk, '41 27 8:1 / /home rw - xfs /dev/sdb rw', '42 27 254:0 /home /old rw - ext4 /dev/vda rw'],
    {},
    { directories: ['/', '/home', '/old'], notInto: ['/home', '/old'] },
  ],
  [
    'subvolumes, and the whole of their disk once more',
    [
      '27 1 0:30 /@ / rw - btrfs /dev/vda rw',
      '28 27 0:30 /@home /home rw - btrfs /dev/vda rw',
      '29 27 0:30 / /mnt/all rw - btrfs /dev/vda rw',
    ],
    {},
    { directories: ['/', '/home', '/mnt/all'], notInto: ['/home', '/mnt/all', '/mnt/all/@', '/mnt/all/@home'] },
  ],
  [
    'layers of a container lie on the disk',
    [
      disk,
      '50 27 0:60 / /var/lib/docker/overlay2/x/merged rw - overlay overlay rw,lowerdir=/l,upperdir=/var/lib/docker/overlay2/x/diff,workdir=/w',
      '51 27 0:61 / /mnt/layers rw - overlay overlay rw,lowerdir=/l',
    ],
    {},
    { directories: ['/', '/mnt/layers'] },
  ],
  [
    'in a container the root itself is one',
    ['50 1 0:60 / / rw - overlay overlay rw,lowerdir=/l,upperdir=/var/lib/docker/x/diff,workdir=/w'],
    {},
    { directories: ['/'] },
  ],
  [
    'other machines only when asked',
    [disk, '60 27 0:70 / /mnt/share rw - nfs4 server:/x rw', '61 27 0:71 / /mnt/odd rw - strangefs odd rw'],
    {},
    {
      directories: ['/'],
      notInto: ['/mnt/share', '/mnt/odd'],
      gaps: [
        {
          what: 'files in /mnt/share',
          why: 'a file system of another machine (nfs4): --remote reads it',
          path: '/mnt/share',
        },
        {
          what: 'files in /mnt/odd',
          why: 'a kind of file system that this program does not know (strangefs)',
          path: '/mnt/odd',
        },
      ],
    },
  ],
  [
    'asked for',
    [disk, '60 27 0:70 / /mnt/share rw - nfs4 server:/x rw'],
    { remote: true },
    { directories: ['/', '/mnt/share'], gaps: [] },
  ],
  [
    'a mounted disk with its own further file systems',
    [disk, '70 27 8:1 / /mnt/disk rw - ext4 /dev/sdb1 rw', '71 70 8:2 / /mnt/disk/boot rw - ext4 /dev/sdb2 rw', proc],
    { root: '/mnt/disk' },
    { directories: ['/', '/boot'], notInto: ['/boot'] },
  ],
  [
    'a tree on a disk of another machine was asked for by its name',
    ['27 1 0:70 / /mnt rw - nfs4 server:/x rw'],
    { root: '/mnt/tree' },
    { directories: ['/'], gaps: [] },
  ],
  [
    'named places with what is mounted below them',
    [disk, '31 27 8:1 / /srv/www rw - xfs /dev/sdb rw', '60 27 0:70 / /mnt/share rw - nfs4 s:/x rw'],
    { paths: ['/srv', '/srv/www/a', '/etc'] },
    { directories: ['/srv', '/etc', '/srv/www'], notInto: ['/srv/www', '/mnt/share'], gaps: [] },
  ],
  [
    'the later of two mounts hides the earlier one and what was in it',
    [
      disk,
      '80 27 8:1 / /data rw - ext4 /dev/sdb rw',
      '81 80 8:2 / /data/in rw - ext4 /dev/sdc rw',
      '82 80 8:3 / /data rw - ext4 /dev/sdd rw',
    ],
    {},
    { directories: ['/', '/data'], notInto: ['/data'] },
  ],
]

for (const [name, lines, wanted, expected] of cases)
  test(name, () => {
    const places = placesOf(lines, wanted)
    assert.deepEqual({ ...places, ...expected }, places)
  })

const share = '60 27 0:70 / /mnt/share rw - nfs4 server:/x rw'
for (const [path, remote, expected] of [
  ['/', false, undefined],
  ['/srv', false, undefined],
  ['/procedures', false, undefined],
  ['/proc', false, /lies on proc, which holds no files/],
  ['/proc/1/root', false, /lies on proc/],
  ['/mnt', false, undefined],
  ['/mnt/share/a', false, /another machine \(nfs4\).*--remote/],
  ['/mnt/share/a', true, undefined],
] as const)
  test(`a named place ${path}${remote ? ' with --remote' : ''}`, () => {
    const mounts = [disk, proc, share].map(parseMount).filter(one => one !== undefined)
    const why = unreadPlace(mounts, { root: '/', remote }, path)
    if (expected === undefined) assert.equal(why, undefined)
    else assert.match(why ?? '', expected)
  })

test('any mounts: nothing twice, and every place but the root is not entered from above', () => {
  const name = fc.constantFrom('/', '/a', '/a/b', '/c', '/c/d e')
  const line = fc.record({
    mountId: fc.nat(),
    device: fc.constantFrom('8:1', '8:2', '0:3'),
    root: name,
    path: name,
    options: fc.constant('rw'),
    fileSystem: fc.constantFrom('ext4', 'tmpfs', 'proc', 'nfs', 'overlay', 'odd'),
    source: fc.constantFrom('/dev/x', 'none'),
    superOptions: fc.constantFrom('rw', 'upperdir=/a/b'),
  })
  fc.assert(
    fc.property(fc.array(line), mounts => {
      const { directories, notInto } = contentPlaces(mounts, { root: '/', remote: false })
      assert.equal(new Set(directories).size, directories.length)
      for (const one of directories) if (one !== '/') assert.ok(notInto.includes(one), one)
    }),
  )
})
