import { Alert, Anchor, List } from '@mantine/core'
import { CircleCheck, TriangleAlert } from 'lucide-react'
import { Link } from 'react-router'
import type { Health } from '../../../model/api/index.ts'
import { Duration, HostText, useNumbers } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import { type Trouble, troublesIn } from './trouble-list.ts'

/** What somebody should look at. */
export function Troubles({ health }: { readonly health: Health }) {
  const { t } = useWords('health')
  const found = troublesIn(health)
  // A center of another version may know of more than this console has words for.
  const others = found.length === 0 ? health.troubles : []
  if (found.length === 0 && others.length === 0)
    return (
      <Alert variant="light" color="green" icon={<CircleCheck aria-hidden />} title={t('well')} role="status">
        {t('well-what')}
      </Alert>
    )
  return (
    <Alert
      variant="light"
      color="orange"
      icon={<TriangleAlert aria-hidden />}
      title={t('troubles.title')}
      role="status"
    >
      <List size="sm" spacing={4}>
        {found.map(trouble => (
          <List.Item key={trouble.kind}>
            <Said trouble={trouble} />
          </List.Item>
        ))}
        {others.map(text => (
          <List.Item key={text}>
            <HostText>{text}</HostText>
          </List.Item>
        ))}
      </List>
    </Alert>
  )
}

function Said({ trouble }: { readonly trouble: Trouble }) {
  const { t } = useWords('health')
  const { number, list } = useNumbers()
  switch (trouble.kind) {
    case 'bus':
      return t('troubles.bus')
    case 'store-slow':
    case 'late':
      return t(`troubles.${trouble.kind}`, { milliseconds: number(Math.round(trouble.milliseconds)) })
    case 'nodes':
      return (
        <>
          {t('troubles.nodes')} <HostText>{list(trouble.names)}</HostText>
        </>
      )
    case 'agents-offline':
      return (
        <Anchor component={Link} to="/hosts?online=false" size="sm" c="inherit" underline="always">
          {t('troubles.agents-offline', counted(trouble.count, number))}
        </Anchor>
      )
    case 'tampered':
      return (
        <Anchor component={Link} to="/alerts?type=agent-tampering" size="sm" c="inherit" underline="always">
          {t('troubles.tampered', counted(trouble.count, number))}
        </Anchor>
      )
    case 'certificates':
    case 'dead-letters':
      return t(`troubles.${trouble.kind}`, counted(trouble.count, number))
    case 'orders-unanswered':
    case 'deliveries':
      return (
        <>
          {t(`troubles.${trouble.kind}`, counted(trouble.count, number))} {t('oldest')}{' '}
          <Duration seconds={trouble.seconds} />
        </>
      )
  }
}

function counted(count: number, number: (value: number) => string) {
  return { count, replace: { count: number(count) } }
}
