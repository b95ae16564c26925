import { Alert, Button, Group, Select, Stack, Text, Textarea } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { type AnswerTo, useChange } from '../../center/index.ts'
import { ErrorText, HostText, isWholeScope, type Scope, ScopeField, TaskOrders, useNumbers } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import { mostAddresses, readAddresses } from './read-addresses.ts'

const durations = ['3600', '21600', '86400', '604800', '2592000', '7776000', '31536000'] as const

/** What to block, how long and where; then what the hosts say about it. */
export function BlockForm({ start, onClose }: { readonly start: string; readonly onClose: () => void }) {
  const { t } = useWords('prevention')
  const { t: part } = useWords('parts')
  const { number, list } = useNumbers()
  const [text, setText] = useState(start)
  const [seconds, setSeconds] = useState<(typeof durations)[number]>('86400')
  const [scope, setScope] = useState<Scope>({})
  const [reason, setReason] = useState('')
  const [tried, setTried] = useState(false)
  const create = useChange('createBlock', ['listBlocks', 'listBlocked'])
  const { addresses, wrong, own } = readAddresses(text)
  const few = (some: readonly string[]) => list(some.slice(0, 5))
  const addressError =
    wrong.length > 0
      ? t('add.wrong', { list: few(wrong) })
      : addresses.length > mostAddresses
        ? t('add.too-many', { most: number(mostAddresses) })
        : addresses.length === 0 && tried
          ? t('add.none')
          : undefined
  const scopeError = isWholeScope(scope) ? undefined : t('add.scope-missing')
  const reasonError = reason.trim() === '' ? t('add.reason-missing') : undefined
  const send = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (addressError !== undefined || addresses.length === 0 || scopeError !== undefined || reasonError !== undefined)
      return
    create.mutate({ body: { addresses: [...addresses], scope, seconds: Number(seconds), reason: reason.trim() } })
  }
  if (create.data !== undefined) return <Ordered answer={create.data} onClose={onClose} />
  return (
    <form onSubmit={send} noValidate>
      <Stack gap="sm">
        <Textarea
          label={t('add.addresses')}
          description={t('add.addresses-what', { most: number(mostAddresses) })}
          value={text}
          onChange={event => setText(event.currentTarget.value)}
          rows={4}
          spellCheck={false}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
          error={addressError}
          required
          data-autofocus
        />
        {addresses.length === 0 ? null : (
          <Text size="xs" c="dimmed" role="status">
            {t('add.read', { count: addresses.length, replace: { count: number(addresses.length) } })}
          </Text>
        )}
        {own.length === 0 ? null : (
          <Alert color="yellow" variant="light" p="xs">
            <Text size="sm">
              {t('add.own')} <HostText>{few(own)}</HostText>
            </Text>
          </Alert>
        )}
        <ScopeField
          label={t('add.scope')}
          value={scope}
          onChange={setScope}
          needs="alerts:handle"
          error={tried ? scopeError : undefined}
        />
        <Select
          label={t('add.duration')}
          data={durations.map(value => ({ value, label: t(`durations.${value}`) }))}
          value={seconds}
          onChange={value => setSeconds(durations.find(one => one === value) ?? seconds)}
          allowDeselect={false}
          maw={220}
        />
        <Textarea
          label={t('add.reason')}
          description={t('add.reason-what')}
          value={reason}
          onChange={event => setReason(event.currentTarget.value)}
          maxLength={2_000}
          rows={2}
          error={tried ? reasonError : undefined}
          required
        />
        <Alert color="blue" variant="light" p="xs">
          <Text size="sm">{t('add.approver')}</Text>
        </Alert>
        <ErrorText error={create.error} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {part('confirm.cancel')}
          </Button>
          <Button type="submit" loading={create.isPending}>
            {t('add.go')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function Ordered({ answer, onClose }: { readonly answer: AnswerTo<'createBlock'>; readonly onClose: () => void }) {
  const { t } = useWords('prevention')
  return (
    <Stack gap="sm">
      <Text size="sm" role="status">
        {answer.task === undefined ? t('add.no-hosts') : t('add.ordered')}
      </Text>
      {answer.task === undefined ? null : <TaskOrders task={answer.task} />}
      <Group justify="flex-end">
        <Button onClick={onClose} data-autofocus>
          {t('add.close')}
        </Button>
      </Group>
    </Stack>
  )
}
