import { Anchor, Group, Text } from '@mantine/core'
import { Link } from 'react-router'
import type { AuditEntry } from '../../../model/api/index.ts'
import { HostText } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import { knownActions, knownObjects } from './known.ts'

type Underscored<T> = T extends `${infer A}.${infer B}` ? `${A}_${B}` : T

/** "Password reset"; what this console does not know as the center says it. */
export function ActionName({ action }: { readonly action: string }) {
  const { t } = useWords('audit')
  const known = knownActions.find(one => one === action)
  if (known === undefined) return <HostText>{action}</HostText>
  return <span>{t(`actions.${known.replace('.', '_') as Underscored<typeof known>}`)}</span>
}

/** What it was done to, by its name where the entry has one. */
export function ObjectName({ entry: { object, detail } }: { readonly entry: AuditEntry }) {
  const { t } = useWords('audit')
  const known = knownObjects.find(one => one === object.kind)
  const kind = known === undefined ? <HostText>{object.kind}</HostText> : t(`objects.${known}`)
  const name = nameIn(detail)
  const to = addressOf(object)
  return (
    <span>
      {to === undefined ? (
        kind
      ) : (
        <Anchor component={Link} to={to} size="sm">
          {kind}
        </Anchor>
      )}
      {name === undefined ? null : (
        <>
          {' '}
          <HostText>{name}</HostText>
        </>
      )}
    </span>
  )
}

/** Who did it; a name alone is a user's. */
export function Actor({ entry: { actor } }: { readonly entry: AuditEntry }) {
  const { t } = useWords('audit')
  if (actor.kind === 'user') return <HostText>{actor.name}</HostText>
  if (actor.kind === 'nobody' || actor.kind === 'center') return <span>{t(`actors.${actor.kind}`)}</span>
  return (
    <Group gap={4} component="span">
      <HostText>{actor.name}</HostText>
      <Text size="xs" c="dimmed" component="span">
        {t(`actors.${actor.kind}`)}
      </Text>
    </Group>
  )
}

function nameIn(detail: unknown): string | undefined {
  const name = typeof detail === 'object' && detail !== null && 'name' in detail ? detail.name : undefined
  return typeof name === 'string' && name !== '' ? name.slice(0, 200) : undefined
}

function addressOf({ kind, id }: AuditEntry['object']): string | undefined {
  if (id === '') return undefined
  if (kind === 'user') return `/users/of/${encodeURIComponent(id)}`
  if (kind === 'host') return `/hosts/${encodeURIComponent(id)}`
  return kind === 'alert' ? `/alerts/${encodeURIComponent(id)}` : undefined
}
