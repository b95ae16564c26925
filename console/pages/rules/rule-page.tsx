import { Anchor, Group, Stack, Table, Text, Title } from '@mantine/core'
import { ArrowLeft } from 'lucide-react'
import type { ReactNode } from 'react'
import { Link, useParams } from 'react-router'
import { useCall } from '../../center/index.ts'
import { Badge, CopyText, ErrorState, HostText, LevelBadge, LoadingState, PageHeader } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import { RuleAlerts } from './rule-alerts.tsx'
import { ClassName, Judged, Source } from './rule-words.tsx'

/** One rule: what it is for, what else looks like it, how it is tested and written, and its alerts. */
export function RulePage() {
  const { t } = useWords('rules')
  const { rule: id = '' } = useParams()
  const { data: rule, error, refetch, isPending } = useCall('getRule', { params: { rule: id } })
  if (isPending) return <LoadingState />
  if (error !== null) return <ErrorState error={error} retry={() => void refetch()} />
  return (
    <Stack gap="lg" maw={980}>
      <div>
        <Anchor component={Link} to="/rules" size="sm">
          <Group gap={4} component="span">
            <ArrowLeft size={14} aria-hidden />
            {t('one.back')}
          </Group>
        </Anchor>
        <PageHeader
          title={rule.title}
          about={
            <Group gap="xs" mt={4}>
              <LevelBadge level={rule.level} />
              <Badge tone="informational">
                <Judged about={rule.about} />
              </Badge>
              <Badge tone="informational">
                <ClassName name={rule.class} />
              </Badge>
              <Source source={rule.source} />
              {rule.attack.map(one => (
                <Anchor
                  key={one}
                  component={Link}
                  to={`/rules?attack=${encodeURIComponent(one)}`}
                  size="sm"
                  underline="always"
                >
                  <HostText>{one}</HostText>
                </Anchor>
              ))}
              {rule.families.length === 0 ? null : (
                <span>
                  {t('one.families')}: <HostText>{rule.families.join(', ')}</HostText>
                </span>
              )}
            </Group>
          }
        />
      </div>
      {rule.description === '' ? null : (
        <Part title={t('one.what')}>
          <HostText prose>{rule.description}</HostText>
        </Part>
      )}
      <Part title={t('one.false-positives')}>
        {rule.falsePositives.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t('one.no-false-positives')}
          </Text>
        ) : (
          <List items={rule.falsePositives} />
        )}
      </Part>
      <Part title={t('one.alerts')}>
        <RuleAlerts rule={rule.id} />
      </Part>
      {rule.cases.length === 0 ? null : (
        <Part title={t('one.cases')}>
          <Table withTableBorder verticalSpacing={6}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('one.case')}</Table.Th>
                <Table.Th w={180}>{t('one.result')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rule.cases.map(({ name, matches }) => (
                <Table.Tr key={`${name} ${matches}`}>
                  <Table.Td>
                    <HostText prose>{name}</HostText>
                  </Table.Td>
                  <Table.Td>
                    <Badge tone={matches ? 'high' : 'good'}>{t(matches ? 'one.finds' : 'one.leaves')}</Badge>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Part>
      )}
      <Part title={t('one.document')}>
        <CopyText>{rule.text}</CopyText>
      </Part>
      {rule.references.length === 0 ? null : (
        <Part title={t('one.references')}>
          <List items={rule.references} />
        </Part>
      )}
    </Stack>
  )
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section>
      <Title order={2} size="h5" mb={6}>
        {title}
      </Title>
      {children}
    </section>
  )
}

function List({ items }: { readonly items: readonly string[] }) {
  return (
    <ul style={{ margin: 0, paddingInlineStart: '1.2rem' }}>
      {items.map(item => (
        <li key={item}>
          <HostText prose>{item}</HostText>
        </li>
      ))}
    </ul>
  )
}
