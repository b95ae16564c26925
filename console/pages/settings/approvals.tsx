import { Alert, Anchor, Button, Checkbox, Group, NativeSelect, SimpleGrid, Stack, Text } from '@mantine/core'
import { FileKey } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'react-router'
import { type AnswerTo, useCall, useChange } from '../../center/index.ts'
import {
  Badge,
  ConfirmDialog,
  CopyText,
  ErrorState,
  ErrorText,
  HostText,
  LoadingState,
  Section,
  showDone,
  Time,
} from '../../parts/index.ts'
import { Row, Rows } from '../../people/index.ts'
import { useWords } from '../../words/index.ts'
import { orderKinds } from './order-kinds.ts'

type Settings = AnswerTo<'getSettings'>
type ApproverKey = AnswerTo<'listApproverKeys'>['items'][number]

/** Which orders wait for a second person, and whose keys hosts may believe. */
export function Approvals() {
  const settings = useCall('getSettings')
  if (settings.data === undefined)
    return settings.error === null ? (
      <LoadingState />
    ) : (
      <ErrorState error={settings.error} retry={() => void settings.refetch()} />
    )
  return (
    <>
      <SecondApprover key={JSON.stringify(settings.data)} settings={settings.data} />
      <Keys />
    </>
  )
}

function SecondApprover({ settings: { secondApprover } }: { readonly settings: Settings }) {
  const { t } = useWords('settings')
  const update = useChange('updateSettings', ['getSettings'])
  const [kinds, setKinds] = useState<readonly string[]>(secondApprover.kinds)
  const [approvals, setApprovals] = useState(secondApprover.approvals)
  const chosen = orderKinds.filter(kind => kinds.includes(kind))
  const kept = orderKinds.filter(kind => secondApprover.kinds.includes(kind))
  const changed = chosen.join() !== kept.join() || approvals !== secondApprover.approvals
  const save = () =>
    update.mutate(
      { body: { secondApprover: { kinds: chosen, approvals } } },
      { onSuccess: () => showDone(t('approvals.saved')) },
    )
  return (
    <Section title={t('approvals.title')} about={t('approvals.about')}>
      <Stack gap="sm">
        <Checkbox.Group label={t('approvals.kinds')} value={[...kinds]} onChange={setKinds}>
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs" verticalSpacing={10} mt={6}>
            {orderKinds.map(kind => (
              <Checkbox key={kind} size="xs" value={kind} label={t(`orders.${kind}`)} />
            ))}
          </SimpleGrid>
        </Checkbox.Group>
        <NativeSelect
          label={t('approvals.how-many')}
          maw={360}
          data={[
            { value: '1', label: t('approvals.one') },
            { value: '2', label: t('approvals.two') },
          ]}
          value={String(approvals)}
          onChange={event => setApprovals(event.currentTarget.value === '2' ? 2 : 1)}
        />
        {kinds.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t('approvals.none')}
          </Text>
        ) : null}
        <ErrorText error={update.error} />
        <Group>
          <Button onClick={save} disabled={!changed} loading={update.isPending}>
            {t('save')}
          </Button>
        </Group>
      </Stack>
    </Section>
  )
}

function Keys() {
  const { t } = useWords('settings')
  const keys = useCall('listApproverKeys')
  const revoke = useChange('revokeApproverKey', ['listApproverKeys'])
  const [revoked, setRevoked] = useState<ApproverKey>()
  const items = keys.data?.items ?? []
  return (
    <Section
      title={t('keys.title')}
      about={
        <>
          {t('keys.about')}{' '}
          <Anchor component={Link} to="/profile" size="sm" underline="always">
            {t('keys.register')}
          </Anchor>
        </>
      }
    >
      <ErrorText error={keys.error} />
      {items.length === 0 ? (
        <Alert variant="light">{t('keys.none')}</Alert>
      ) : (
        <Stack gap="sm">
          <Rows label={t('keys.title')}>
            {items.map(key => (
              <Row
                key={key.id}
                icon={<FileKey size={18} aria-hidden />}
                actions={
                  <Button size="xs" variant="default" onClick={() => setRevoked(key)}>
                    {t('keys.revoke')}
                  </Button>
                }
              >
                <Group gap="xs">
                  <HostText>{key.name}</HostText>
                  <Badge tone="informational">{t(`keys.kinds.${key.kind}`)}</Badge>
                </Group>
                <Text size="xs" c="dimmed" component="div">
                  {t('keys.of')} <HostText>{key.user}</HostText> · <Time at={key.createdAt} />
                </Text>
              </Row>
            ))}
          </Rows>
          <Text size="sm">{t('keys.yml')}</Text>
          <CopyText>{agentYml(items)}</CopyText>
        </Stack>
      )}
      <ConfirmDialog
        opened={revoked !== undefined}
        title={t('keys.revoke-title')}
        confirm={t('keys.revoke')}
        ends="final"
        onConfirm={async () => revoked && revoke.mutateAsync({ params: { key: revoked.id } })}
        onClose={() => setRevoked(undefined)}
      >
        <HostText>{revoked?.name ?? ''}</HostText>: {t('keys.revoke-what')}
      </ConfirmDialog>
    </Section>
  )
}

/** All of them under one heading: each comes as a whole document. */
function agentYml(keys: readonly ApproverKey[]): string {
  return keys.map(({ agentYml }, index) => (index === 0 ? agentYml : withoutHead(agentYml))).join('')
}

function withoutHead(document: string): string {
  return document.replace(/^orders:\n\s*approvers:\n/, '')
}
