import assert from 'node:assert/strict'
import { test } from 'node:test'
import { localFileSystems, localFileSystemsIn } from './local-file-systems.ts'

const text = String.raw`22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
23 22 0:21 / /proc rw,nosuid,nodev,noexec - proc proc rw
24 22 0:25 / /dev/shm rw,nosuid,nodev - tmpfs tmpfs rw
25 22 0:26 / /run rw,nosuid,noexec - tmpfs tmpfs rw
26 22 0:40 / /mnt/far rw - nfs4 server:/ rw
27 22 0:41 / /mnt/user rw - fuse.sshfs x rw
28 22 8:1 /part /srv/with\040blank\012line rw master:7 propagate_from:2 - xfs /dev/sda1 rw
29 22 0:50 / /var/lib/docker/overlay2/x/merged rw - overlay overlay rw
broken line
30 22 8:2 / relative rw - ext4 /dev/sdb rw`

test('local ones from which programs can start', () => {
  assert.deepEqual(localFileSystemsIn(text, '/proc/7/root'), [
    { device: '254:1', path: '/proc/7/root/', type: 'ext4' },
    { device: '0:25', path: '/proc/7/root/dev/shm', type: 'tmpfs' },
    { device: '8:1', path: '/proc/7/root/srv/with blank\nline', type: 'xfs' },
    { device: '0:50', path: '/proc/7/root/var/lib/docker/overlay2/x/merged', type: 'overlay' },
  ])
})

test('those of this machine, each once', () => {
  const found = localFileSystems('/proc')
  assert.ok(found.length > 0)
  assert.equal(new Set(found.map(one => one.device)).size, found.length)
})
