import { useCallback } from 'react'
import { useWords } from '../../../words/index.ts'

/** Fields of facts that have a word; the others are called as the host calls them. */
const named = [
  'accountsWithKey',
  'address',
  'administrator',
  'attributes',
  'changed',
  'command',
  'comment',
  'createdAt',
  'enabled',
  'exposedTo',
  'fingerprint',
  'groups',
  'hides',
  'home',
  'image',
  'keys',
  'keysInFile',
  'keyType',
  'lastActive',
  'library',
  'line',
  'links',
  'loginShell',
  'mechanism',
  'modified',
  'name',
  'noPassword',
  'oddities',
  'options',
  'ownership',
  'package',
  'password',
  'passwordChanged',
  'path',
  'pid',
  'pids',
  'port',
  'protocol',
  'schedule',
  'settings',
  'shell',
  'sudoRules',
  'system',
  'targets',
  'text',
  'user',
  'variable',
  'version',
] as const

/** The word for a field of a fact. */
export function useFieldName(): (field: string) => string {
  const { t } = useWords('hosts')
  return useCallback(
    field => {
      const known = named.find(one => one === field)
      return known === undefined ? field : t(`facts.${known}`)
    },
    [t],
  )
}
