import { Button, Group, Stack, Text } from '@mantine/core'
import { IdCard, Plus } from 'lucide-react'
import { useState } from 'react'
import { type AnswerTo, useCall, useChange } from '../../../center/index.ts'
import { Badge, ConfirmDialog, EmptyState, ErrorState, HostText, LoadingState } from '../../../parts/index.ts'
import { Row, Rows } from '../../../people/index.ts'
import { useWords } from '../../../words/index.ts'
import { EditProvider } from './edit-provider.tsx'

export type Provider = AnswerTo<'listProviders'>['items'][number]

/** Where people may sign in instead of with a password of their own here (OpenID Connect). */
export function Providers() {
  const { t } = useWords('settings')
  const providers = useCall('listProviders')
  const remove = useChange('removeProvider', ['listProviders'])
  const [edited, setEdited] = useState<Provider | 'new'>()
  const [removed, setRemoved] = useState<Provider>()
  if (providers.data === undefined)
    return providers.error === null ? (
      <LoadingState />
    ) : (
      <ErrorState error={providers.error} retry={() => void providers.refetch()} />
    )
  const { items } = providers.data
  const add = (
    <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setEdited('new')}>
      {t('providers.add')}
    </Button>
  )
  return (
    <Stack gap="sm">
      {items.length === 0 ? (
        <EmptyState title={t('providers.none')} action={add}>
          {t('providers.about')}
        </EmptyState>
      ) : (
        <>
          <Group justify="space-between" gap="xs">
            <Text size="sm" c="dimmed" maw={640}>
              {t('providers.about')}
            </Text>
            {add}
          </Group>
          <Rows label={t('tabs.providers')}>
            {items.map(provider => (
              <Row
                key={provider.id}
                icon={<IdCard size={18} aria-hidden />}
                actions={
                  <>
                    <Button
                      size="xs"
                      variant="default"
                      onClick={() => setEdited(provider)}
                      aria-label={t('providers.edit-named', { name: provider.name })}
                    >
                      {t('providers.edit')}
                    </Button>
                    <Button
                      size="xs"
                      variant="default"
                      onClick={() => setRemoved(provider)}
                      aria-label={t('providers.remove-named', { name: provider.name })}
                    >
                      {t('providers.remove')}
                    </Button>
                  </>
                }
              >
                <Group gap="xs">
                  <HostText>{provider.name}</HostText>
                  <Badge tone={provider.enabled ? 'good' : 'informational'}>{t(provider.enabled ? 'on' : 'off')}</Badge>
                </Group>
                <Text size="xs" c="dimmed" component="div">
                  <HostText>{provider.issuer}</HostText>
                </Text>
              </Row>
            ))}
          </Rows>
        </>
      )}
      <EditProvider edited={edited} onClose={() => setEdited(undefined)} />
      <ConfirmDialog
        opened={removed !== undefined}
        title={t('providers.remove-title')}
        confirm={t('providers.remove')}
        ends="final"
        onConfirm={async () => removed && remove.mutateAsync({ params: { provider: removed.id } })}
        onClose={() => setRemoved(undefined)}
      >
        <HostText>{removed?.name ?? ''}</HostText>: {t('providers.remove-what')}
      </ConfirmDialog>
    </Stack>
  )
}
