import { Button, Group, Select, Stack, Textarea } from '@mantine/core'
import { useState } from 'react'
import { useCall, useChange } from '../../../center/index.ts'
import { ErrorText, isWholeScope, type Scope, showDone, useNumbers } from '../../../parts/index.ts'
import { useSession } from '../../../session/index.ts'
import { useWords } from '../../../words/index.ts'
import { type AllowCondition, isEmpty } from './conditions.ts'
import { ReplayPanel } from './replay-panel.tsx'

interface AllowEndProps {
  readonly condition: AllowCondition
  readonly scope: Scope
  readonly onClose: () => void
  readonly onAllowed: () => void
}

const days = { week: 7, month: 30, quarter: 90, year: 365, never: undefined } as const
type Span = keyof typeof days
const spanNames = Object.keys(days) as Span[]

/** Until when and why; what it would have silenced; and the button. */
export function AllowEnd({ condition, scope, onClose, onAllowed }: AllowEndProps) {
  const { t } = useWords('alerts')
  const { t: word } = useWords('parts')
  const { number } = useNumbers()
  const { canEverywhere } = useSession()
  const [span, setSpan] = useState<Span>('quarter')
  const [reason, setReason] = useState('')
  const ready = !isEmpty(condition) && isWholeScope(scope)
  const replay = useCall('replayAllowance', { body: { scope, condition } }, { enabled: ready })
  const create = useChange('createAllowance', ['listAllowances', 'listAlerts', 'alertCounts', 'getAlert'])
  const forbidden = (replay.data?.confirmed ?? 0) > 0 && !canEverywhere('policies:write')
  const submit = () => {
    if (replay.data === undefined) return
    const { matched } = replay.data
    const end = days[span]
    const expires = end === undefined ? {} : { expiresAt: new Date(Date.now() + end * 86_400_000).toISOString() }
    create.mutate(
      { body: { scope, condition, reason: reason.trim(), replayed: matched, ...expires } },
      {
        onSuccess: () => {
          showDone(t('allow.done', { count: matched, replace: { count: number(matched) } }))
          onAllowed()
          onClose()
        },
        onError: () => void replay.refetch(),
      },
    )
  }
  return (
    <Stack gap="sm">
      {ready ? <ReplayPanel replay={replay} forbidden={forbidden} /> : null}
      <Select
        size="xs"
        label={t('allow.until')}
        data={spanNames.map(one => ({ value: one, label: t(`allow.spans.${one}`) }))}
        value={span}
        onChange={value => setSpan(spanNames.find(one => one === value) ?? span)}
        allowDeselect={false}
      />
      <Textarea
        label={t('allow.reason')}
        description={t('allow.reason-what')}
        value={reason}
        maxLength={2_000}
        autosize
        minRows={1}
        maxRows={6}
        required
        onChange={event => setReason(event.currentTarget.value)}
      />
      <ErrorText error={create.error} />
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          {word('confirm.cancel')}
        </Button>
        <Button
          onClick={submit}
          loading={create.isPending}
          disabled={!ready || forbidden || replay.data === undefined || reason.trim().length < 3}
        >
          {word('handlings.allow')}
        </Button>
      </Group>
    </Stack>
  )
}
