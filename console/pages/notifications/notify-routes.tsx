import { Button, Group, Modal, Paper, Stack, Text, Title } from '@mantine/core'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { useCall, useChange } from '../../center/index.ts'
import { Badge, ConfirmDialog, EmptyState, ErrorState, HostText, LoadingState } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import { ChangeMenu } from './change-menu.tsx'
import { draftOf, type NotifyRoute } from './route-draft.ts'
import { RouteForm } from './route-form.tsx'
import { type Names, RouteSays } from './route-says.tsx'

type Open =
  | { readonly what: 'form'; readonly route?: NotifyRoute }
  | { readonly what: 'remove'; readonly route: NotifyRoute }

/** Who is told of what, each route said in plain words. */
export function NotifyRoutes() {
  const { t } = useWords('notifications')
  const { t: part } = useWords('parts')
  const routes = useCall('listNotifyRoutes')
  const channels = useCall('listChannels')
  const groups = useCall('listGroups')
  const [open, setOpen] = useState<Open>()
  const close = () => setOpen(undefined)
  const error = routes.error ?? channels.error
  if (error !== null) return <ErrorState error={error} retry={() => void routes.refetch()} />
  if (routes.data === undefined || channels.data === undefined) return <LoadingState />
  const names: Names = {
    channels: new Map(channels.data.items.map(one => [one.id, one.name])),
    groups: new Map((groups.data?.items ?? []).map(one => [one.id, one.name])),
  }
  const noChannel = channels.data.items.length === 0
  const add = (
    <Button
      size="xs"
      leftSection={<Plus size={16} aria-hidden />}
      disabled={noChannel}
      onClick={() => setOpen({ what: 'form' })}
    >
      {t('routes.add')}
    </Button>
  )
  const items = routes.data.items
  return (
    <Stack gap="sm">
      {items.length === 0 ? (
        <EmptyState title={t('routes.empty')} action={add}>
          {t('routes.empty-what')} {noChannel ? t('routes.need-channel') : ''}
        </EmptyState>
      ) : (
        <Group justify="flex-end">{add}</Group>
      )}
      {items.map(route => (
        <Paper key={route.id} withBorder p="sm">
          <Group justify="space-between" wrap="nowrap" align="flex-start">
            <div>
              <Group gap="xs">
                <Title order={2} size="h5">
                  <HostText prose>{route.name}</HostText>
                </Title>
                {route.enabled ? null : <Badge tone="informational">{t('routes.switched-off')}</Badge>}
              </Group>
              <Text size="sm" component="div" mt={4}>
                <RouteSays route={draftOf(route)} names={names} />
              </Text>
            </div>
            <ChangeMenu
              name={route.name}
              onChange={() => setOpen({ what: 'form', route })}
              onRemove={() => setOpen({ what: 'remove', route })}
            />
          </Group>
        </Paper>
      ))}
      <Modal
        opened={open?.what === 'form'}
        onClose={close}
        size="lg"
        title={
          open?.route === undefined ? (
            t('routes.add')
          ) : (
            <HostText prose>{t('routes.edit', { name: open.route.name })}</HostText>
          )
        }
        closeButtonProps={{ 'aria-label': part('close') }}
      >
        {open?.what === 'form' ? <RouteForm route={open.route} names={names} onClose={close} /> : null}
      </Modal>
      <RemoveRoute route={open?.what === 'remove' ? open.route : undefined} onClose={close} />
    </Stack>
  )
}

function RemoveRoute({ route, onClose }: { readonly route: NotifyRoute | undefined; readonly onClose: () => void }) {
  const { t } = useWords('notifications')
  const remove = useChange('removeNotifyRoute', ['listNotifyRoutes'])
  return (
    <ConfirmDialog
      opened={route !== undefined}
      title={t('routes.remove-title', { name: route?.name ?? '' })}
      confirm={t('form.remove')}
      ends="final"
      onConfirm={() => remove.mutateAsync({ params: { route: route?.id ?? '' } })}
      onClose={onClose}
    >
      <Text size="sm">{t('routes.remove-what')}</Text>
    </ConfirmDialog>
  )
}
