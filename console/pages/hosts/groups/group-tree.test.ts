import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type GroupObject, groupTree, withinGroup } from './group-tree.ts'

const group = (id: string, parent?: string, hosts = 1): GroupObject => ({
  id,
  name: id,
  hosts,
  policyVersion: 0,
  ...(parent === undefined ? {} : { parent }),
})
const groups = [group('all', undefined, 2), group('db', 'all'), group('web', 'all'), group('web-eu', 'web', 4)]

test('each group stands below its parent, with the hosts of all below it', () => {
  assert.deepEqual(
    groupTree(groups).map(one => [one.group.id, one.depth, one.hosts]),
    [
      ['all', 0, 8],
      ['db', 1, 1],
      ['web', 1, 5],
      ['web-eu', 2, 4],
    ],
  )
})

test('a group whose parent cannot be seen stands at the top', () => {
  assert.deepEqual(
    groupTree([group('web-eu', 'web')]).map(one => [one.group.id, one.depth]),
    [['web-eu', 0]],
  )
})

test('a group cannot be moved below itself', () => {
  assert.deepEqual([...withinGroup(groups, 'web')], ['web', 'web-eu'])
})
