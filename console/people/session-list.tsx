import { ActionIcon, Group, Text } from '@mantine/core'
import { LogOut, Monitor, Smartphone, Terminal } from 'lucide-react'
import type { ReactNode } from 'react'
import type { ShownSession } from '../../model/api/index.ts'
import { Badge, HostText, Time } from '../parts/index.ts'
import { useWords } from '../words/index.ts'
import { clientName } from './client-name.ts'
import { Row, Rows } from './rows.tsx'

interface SessionListProps {
  readonly sessions: readonly ShownSession[]
  /** Ends one; absent: nothing can be ended one by one. */
  readonly onEnd?: (session: ShownSession) => void
}

/** Where somebody is signed in. */
export function SessionList({ sessions, onEnd }: SessionListProps) {
  const { t } = useWords('people')
  return (
    <Rows label={t('session.list')}>
      {sessions.map(session => {
        const { id, current, method, secondFactor, address, client, createdAt, lastUsed } = session
        const name = clientName(client)
        return (
          <Row
            key={id}
            icon={icons[name.kind]}
            actions={
              onEnd === undefined || current ? undefined : (
                <ActionIcon
                  variant="default"
                  size="lg"
                  aria-label={t('session.end', { name: name.text || client || address })}
                  onClick={() => onEnd(session)}
                >
                  <LogOut size={16} aria-hidden />
                </ActionIcon>
              )
            }
          >
            <Group gap="xs">
              <Text size="sm" fw={500} component="span" title={client}>
                {name.text || (client === '' ? t('session.unknown') : <HostText>{client}</HostText>)}
              </Text>
              {current ? <Badge tone="good">{t('session.current')}</Badge> : null}
            </Group>
            <Text size="xs" c="dimmed" component="div">
              <HostText>{address}</HostText> · {t(`methods.${method}`)}
              {secondFactor && method === 'password' ? ` + ${t('session.second-factor')}` : ''} · {t('session.since')}{' '}
              <Time at={createdAt} /> · {t('session.used')} <Time at={lastUsed} />
            </Text>
          </Row>
        )
      })}
    </Rows>
  )
}

const icons: Readonly<Record<ReturnType<typeof clientName>['kind'], ReactNode>> = {
  desktop: <Monitor size={18} aria-hidden />,
  phone: <Smartphone size={18} aria-hidden />,
  program: <Terminal size={18} aria-hidden />,
}
