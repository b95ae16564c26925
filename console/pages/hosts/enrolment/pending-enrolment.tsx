import { Button, Group, Paper, Radio, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { type ItemOf, useChange } from '../../../center/index.ts'
import { CopyText, ErrorText, HostText, showDone, Time } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'

/** A host that waits to be let in, with what tells whether it is the one that one means. */
export function PendingEnrolment({ enrolment }: { readonly enrolment: ItemOf<'listEnrolments'> }) {
  const { t } = useWords('hosts')
  const [keep, setKeep] = useState('new')
  const approve = useChange('approveEnrolment', ['listEnrolments', 'listEnrolmentTokens', 'overview'])
  const refuse = useChange('refuseEnrolment', ['listEnrolments', 'overview'])
  const params = { enrolment: enrolment.id }
  const known = enrolment.knownHost
  return (
    <Paper withBorder p="sm">
      <Stack gap="xs">
        <Group justify="space-between" align="flex-start">
          <div>
            <Text fw={600}>
              <HostText prose>{enrolment.hostname}</HostText>
            </Text>
            <Text size="xs" c="dimmed">
              <HostText>{enrolment.address}</HostText> · <HostText prose>{enrolment.group.name}</HostText> ·{' '}
              <Time at={enrolment.askedAt} />
            </Text>
          </div>
          <Group gap="xs">
            <Button
              size="xs"
              variant="default"
              loading={refuse.isPending}
              onClick={() => refuse.mutate({ params }, { onSuccess: () => showDone(t('enrolment.refused')) })}
            >
              {t('enrolment.refuse')}
            </Button>
            <Button
              size="xs"
              loading={approve.isPending}
              onClick={() =>
                approve.mutate(
                  { params, body: { keepHost: known !== undefined && keep === 'known' } },
                  { onSuccess: () => showDone(t('enrolment.approved')) },
                )
              }
            >
              {t('enrolment.approve')}
            </Button>
          </Group>
        </Group>
        <div>
          <Text size="xs" c="dimmed" mb={2}>
            {t('enrolment.fingerprint-what')}
          </Text>
          <CopyText>{enrolment.keyFingerprint}</CopyText>
        </div>
        {known === undefined ? null : (
          <Radio.Group value={keep} onChange={setKeep} label={t('enrolment.known')} size="sm">
            <Stack gap={4} mt={4}>
              <Radio
                value="known"
                size="xs"
                label={
                  <>
                    {t('enrolment.keep')} <HostText prose>{known.name}</HostText>
                  </>
                }
                description={t('enrolment.keep-what')}
              />
              <Radio value="new" size="xs" label={t('enrolment.new')} description={t('enrolment.new-what')} />
            </Stack>
          </Radio.Group>
        )}
        <ErrorText error={approve.error ?? refuse.error} />
      </Stack>
    </Paper>
  )
}
