import { Alert, Button, Group, List, Paper, SegmentedControl, Stack, Text, Title } from '@mantine/core'
import { useState } from 'react'
import type { AnswerTo } from '../../../center/index.ts'
import { CopyText, Time, useNumbers } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'

interface CommandsProps {
  readonly made: AnswerTo<'createEnrolmentToken'>
  readonly onNext: () => void
}

/** What to run on the new servers, and what it does there. */
export function Commands({ made: { object, instructions }, onNext }: CommandsProps) {
  const { t } = useWords('hosts')
  const { number } = useNumbers()
  const architectures = instructions.install.map(one => one.architecture)
  const [architecture, setArchitecture] = useState(architectures[0] ?? '')
  const install = instructions.install.find(one => one.architecture === architecture)
  return (
    <Stack gap="md">
      <Alert color="blue" variant="light">
        <Text size="sm">
          {t('wizard.once', { count: object.usesLeft, replace: { count: number(object.usesLeft) } })}{' '}
          {t('wizard.until')} <Time at={object.expiresAt} as="full" />.
        </Text>
      </Alert>
      <Paper withBorder p="md">
        <Title order={2} size="h5" mb={4}>
          {t('wizard.without')}
        </Title>
        {install === undefined ? (
          <Text size="sm">{t('wizard.no-package')}</Text>
        ) : (
          <>
            {architectures.length > 1 ? (
              <SegmentedControl
                size="xs"
                mb="xs"
                aria-label={t('wizard.architecture')}
                data={architectures}
                value={architecture}
                onChange={setArchitecture}
              />
            ) : (
              <Text size="xs" c="dimmed" mb={4}>
                {t('wizard.architecture')}: {architecture}
              </Text>
            )}
            <CopyText>{install.command}</CopyText>
            <Text size="sm" fw={500} mt="sm">
              {t('wizard.does')}
            </Text>
            <List size="sm" spacing={2}>
              <List.Item>{t('wizard.does-fetch')}</List.Item>
              <List.Item>{t('wizard.does-check')}</List.Item>
              <List.Item>{t('wizard.does-join')}</List.Item>
              <List.Item>{t('wizard.does-service')}</List.Item>
            </List>
          </>
        )}
      </Paper>
      <Paper withBorder p="md">
        <Title order={2} size="h5" mb={4}>
          {t('wizard.with')}
        </Title>
        <CopyText>{instructions.join}</CopyText>
        <Text size="xs" c="dimmed" mt="xs">
          {t('wizard.with-what')}
        </Text>
      </Paper>
      <Paper withBorder p="md">
        <Title order={2} size="h5" mb={4}>
          {t('wizard.trust')}
        </Title>
        <Text size="sm" mb="xs">
          {t('wizard.trust-what')}
        </Text>
        <CopyText>{instructions.fingerprint}</CopyText>
      </Paper>
      <Group>
        <Button onClick={onNext}>{t('wizard.ran')}</Button>
      </Group>
    </Stack>
  )
}
