import { Alert, Group, List, Table, Text, Title } from '@mantine/core'
import { Check, X } from 'lucide-react'
import type { Proof } from '../../model/index.ts'
import { Duration, HostText, ProofBadge, Time } from '../parts/index.ts'
import { useWords } from '../words/index.ts'

/** The re-check after a run: what was looked at again, what is left to do, and when it is looked at once more. */
export function ProofView({ proof }: { readonly proof: Proof }) {
  const { t } = useWords('incident')
  return (
    <section aria-label={t('proof.title')}>
      <Group gap="xs" mb={4}>
        <Title order={3} size="h5">
          {t('proof.title')}
        </Title>
        <ProofBadge proof={proof.result} />
        <Text size="xs" c="dimmed">
          <Time at={proof.at} as="full" />
        </Text>
      </Group>
      <Text size="sm">{t(`proof.what.${proof.result}`)}</Text>
      <Text size="sm" c="dimmed" mb="xs">
        {t('proof.watched')} <Duration seconds={proof.watchedSeconds} />
        {proof.respawned.length === 0 ? <> · {t('proof.nothing-came-back')}</> : null}
      </Text>
      {proof.respawned.length === 0 ? null : (
        <Alert color="red" variant="light" title={t('proof.respawned')} mb="xs">
          <List size="sm">
            {proof.respawned.map(one => (
              <List.Item key={one}>
                <HostText>{one}</HostText>
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
      <Checked checked={proof.checked} />
      <Rest title={t('proof.remains')} items={proof.remains.map(one => [one.what, one.why, one.advice])} />
      <Rest title={t('proof.gaps')} items={proof.gaps.map(one => [one.what, one.why, one.path ?? ''])} />
      <LaterLooks looks={proof.laterLooks} />
    </section>
  )
}

function Checked({ checked }: { readonly checked: Proof['checked'] }) {
  const { t } = useWords('incident')
  if (checked.length === 0) return null
  return (
    <Table.ScrollContainer minWidth={280} type="native">
      <Table withRowBorders verticalSpacing={4} fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('proof.checked')}</Table.Th>
            <Table.Th>{t('proof.result')}</Table.Th>
            <Table.Th visibleFrom="sm">{t('proof.how')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {checked.map(({ what, gone, how, detail }) => (
            <Table.Tr key={what}>
              <Table.Td>
                <HostText>{what}</HostText>
                {detail === undefined ? null : (
                  <Text size="xs" c="dimmed">
                    <HostText prose>{detail}</HostText>
                  </Text>
                )}
              </Table.Td>
              <Table.Td style={{ whiteSpace: 'nowrap', color: `var(--davylamp-${gone ? 'good' : 'critical'})` }}>
                {gone ? <Check size={14} aria-hidden /> : <X size={14} aria-hidden />}{' '}
                {gone ? t('proof.gone') : t('proof.still-there')}
              </Table.Td>
              <Table.Td visibleFrom="sm">
                <HostText prose>{how}</HostText>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}

interface RestProps {
  readonly title: string
  /** What, why, and a third thing that may be empty. */
  readonly items: readonly (readonly [string, string, string])[]
}

function Rest({ title, items }: RestProps) {
  if (items.length === 0) return null
  return (
    <section aria-label={title}>
      <Title order={4} size="h6" mt="sm" mb={4}>
        {title}
      </Title>
      <List size="sm" spacing={4}>
        {items.map(([what, why, more]) => (
          <List.Item key={`${what} ${why}`}>
            <HostText prose>{`${what}: ${why}`}</HostText>
            {more === '' ? null : (
              <Text size="xs" c="dimmed">
                <HostText prose>{more}</HostText>
              </Text>
            )}
          </List.Item>
        ))}
      </List>
    </section>
  )
}

const knownLooks = ['after 1 hour', 'after 24 hours', 'after 8 days', 'after the next boot'] as const

function LaterLooks({ looks }: { readonly looks: Proof['laterLooks'] }) {
  const { t } = useWords('incident')
  if (looks.length === 0) return null
  return (
    <section aria-label={t('proof.later')}>
      <Title order={4} size="h6" mt="sm" mb={4}>
        {t('proof.later')}
      </Title>
      <List size="sm" spacing={4}>
        {looks.map(({ when, at }) => {
          const known = knownLooks.find(one => one === when)
          return (
            <List.Item key={when}>
              {known === undefined ? <HostText prose>{when}</HostText> : t(`proof.looks.${known}`)}
              {at === undefined ? null : (
                <Text component="span" size="sm" c="dimmed">
                  {' – '}
                  <Time at={at} as="full" />
                </Text>
              )}
            </List.Item>
          )
        })}
      </List>
    </section>
  )
}
