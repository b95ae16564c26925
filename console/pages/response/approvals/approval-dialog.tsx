import { Accordion, Alert, Button, Group, Modal, Stack, Text } from '@mantine/core'
import { KeyRound } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'react-router'
import type { OrderObject } from '../../../../model/api/index.ts'
import type { Approval } from '../../../../model/wire/index.ts'
import { type AnswerTo, useCall, useChange } from '../../../center/index.ts'
import { PlanCounts, PlanView } from '../../../incident/index.ts'
import { ErrorState, HandledWayName, HostText, LoadingState, showDone } from '../../../parts/index.ts'
import { AttemptError } from '../../../people/index.ts'
import { useSession } from '../../../session/index.ts'
import { useWords } from '../../../words/index.ts'
import { KindName } from '../task-kinds.tsx'
import { signApproval } from './sign-approval.ts'
import { useOwnKeys } from './use-own-keys.ts'

interface ApprovalDialogProps {
  /** Ids; absent: closed. */
  readonly orders: readonly string[] | undefined
  readonly all: readonly OrderObject[]
  readonly onClose: () => void
  readonly onRefuse: (orders: readonly OrderObject[]) => void
}

/** What exactly is approved, plan by plan, and the approval: by the login alone, or signed by a security key. */
export function ApprovalDialog(props: ApprovalDialogProps) {
  const { t } = useWords(['response', 'parts'])
  return (
    <Modal
      opened={props.orders !== undefined}
      onClose={props.onClose}
      title={t('approvals.title')}
      size={880}
      closeButtonProps={{ 'aria-label': t('parts:close') }}
    >
      {props.orders === undefined ? null : <Inside {...props} orders={props.orders} />}
    </Modal>
  )
}

function Inside({ orders, all, onClose, onRefuse }: ApprovalDialogProps & { readonly orders: readonly string[] }) {
  const { t } = useWords(['response', 'parts'])
  const { user } = useSession()
  const request = useCall('approvalRequest', { body: { orders: [...orders], minutes: 60 } })
  const keys = useOwnKeys(user.name)
  const approve = useChange('approveOrders', ['listOrders', 'getOrder', 'listTasks', 'getTask'])
  const [failed, setFailed] = useState<unknown>()
  const [busy, setBusy] = useState<'plain' | 'signed'>()
  if (request.error !== null) return <ErrorState error={request.error} retry={() => void request.refetch()} />
  if (request.data === undefined) return <LoadingState />
  const { data } = request
  const send = async (how: 'plain' | 'signed') => {
    setBusy(how)
    setFailed(undefined)
    try {
      const approval: Approval | undefined = how === 'signed' ? await signApproval(data, keys) : undefined
      const { refused, approved, queued } = await approve.mutateAsync({
        body: { orders: [...orders], ...(approval === undefined ? {} : { approval }) },
      })
      if (refused.length > 0) throw new Error(refused.map(one => one.reason).join('\n'))
      showDone(t('approvals.done', { count: approved.length, queued: queued.length }))
      onClose()
    } catch (error) {
      setFailed(error)
    } finally {
      setBusy(undefined)
    }
  }
  const refuse = () => {
    onClose()
    onRefuse(all.filter(one => orders.includes(one.id)))
  }
  return (
    <Stack gap="sm">
      <Orders orders={data.orders} />
      <Alert variant="light" color="blue" p="xs">
        <Text size="sm">{t(keys.length > 0 ? 'approvals.signed-what' : 'approvals.no-key')}</Text>
        {keys.length > 0 ? null : (
          <Text size="sm">
            <Link to="/profile">{t('approvals.to-profile')}</Link>
          </Text>
        )}
      </Alert>
      {failed === undefined ? null : <AttemptError error={failed} />}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose} data-autofocus>
          {t('parts:confirm.cancel')}
        </Button>
        <Button variant="default" onClick={refuse}>
          {t('approvals.refuse')}
        </Button>
        {keys.length === 0 ? null : (
          <Button
            leftSection={<KeyRound size={16} aria-hidden />}
            loading={busy === 'signed'}
            disabled={busy !== undefined}
            onClick={() => void send('signed')}
          >
            {t('approvals.approve-signed')}
          </Button>
        )}
        <Button
          variant={keys.length === 0 ? 'filled' : 'default'}
          loading={busy === 'plain'}
          disabled={busy !== undefined}
          onClick={() => void send('plain')}
        >
          {t('approvals.approve')}
        </Button>
      </Group>
    </Stack>
  )
}

type RequestedOrder = AnswerTo<'approvalRequest'>['orders'][number]

function Orders({ orders }: { readonly orders: readonly RequestedOrder[] }) {
  const { t } = useWords('response')
  return (
    <Accordion
      multiple
      variant="contained"
      order={3}
      keepMounted={false}
      defaultValue={orders.length === 1 ? orders.map(one => one.id) : []}
    >
      {orders.map(({ id, host, kind, action, alert, plan, createdBy }) => (
        <Accordion.Item key={id} value={id}>
          <Accordion.Control>
            <Text size="sm" fw={600}>
              <HostText prose>{host.name}</HostText> ·{' '}
              {action.kind === 'clean' ? <HandledWayName way={action.handling} /> : <KindName kind={kind} />}
            </Text>
            <Text size="xs" c="dimmed">
              {t('approvals.asked-by')} <HostText prose>{createdBy}</HostText>
              {alert === undefined ? null : (
                <>
                  {' · '}
                  <HostText prose>{alert.title}</HostText>
                </>
              )}
            </Text>
            {plan === undefined ? null : <PlanCounts plan={plan} />}
          </Accordion.Control>
          <Accordion.Panel>
            {plan === undefined ? <Details action={action} /> : <PlanView plan={plan} />}
          </Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  )
}

function Details({ action }: { readonly action: RequestedOrder['action'] }) {
  const { t } = useWords('response')
  if (action.kind === 'clean') return <Text size="sm">{t('approvals.plan-later')}</Text>
  if (action.kind === 'block' || action.kind === 'unblock')
    return (
      <Text size="sm">
        <HostText>{action.addresses.join('\n')}</HostText>
      </Text>
    )
  if (action.kind === 'undo' || action.kind === 'prove')
    return (
      <Text size="sm">
        {t('approvals.of-run')} <HostText>{action.run}</HostText>
      </Text>
    )
  if (action.kind === 'upgrade')
    return (
      <Text size="sm">
        {t('approvals.release')} <HostText>{`${action.version} (sha256 ${action.sha256})`}</HostText>
      </Text>
    )
  return <Text size="sm">{t('approvals.no-details')}</Text>
}
