import { Button, Checkbox, Group, Stack, Textarea } from '@mantine/core'
import { useState } from 'react'
import { type AnswerTo, useCall, useChange } from '../../../center/index.ts'
import { ErrorText, isWholeScope, type Scope, showDone, useNumbers } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import { BlockFields, daySeconds } from './block-fields.tsx'
import {
  type AlertChoice,
  changesHosts,
  choiceOf,
  isCleaning,
  type Preview,
  type Reach,
  requestOf,
  sumsOf,
  type Way,
  withPlans,
} from './handling.ts'
import { PreviewPanel } from './preview-panel.tsx'
import { ReachFields } from './reach-fields.tsx'

interface HandleFormProps {
  readonly way: Exclude<Way, 'allow'>
  readonly choice: AlertChoice
  readonly alert: AnswerTo<'getAlert'>
  readonly single: boolean
  readonly onClose: () => void
  readonly onOrdered: (task: string | undefined, items: Preview['items']) => void
}

/** Which alerts, with what; what that would do; and the button that does it. */
export function HandleForm({ way, choice, alert, single, onClose, onOrdered }: HandleFormProps) {
  const { t } = useWords('alerts')
  const { t: word } = useWords('parts')
  const { number } = useNumbers()
  const [reach, setReach] = useState<Reach>('this')
  const [scope, setScope] = useState<Scope>({})
  const [blockSeconds, setBlockSeconds] = useState(daySeconds)
  const [blockScope, setBlockScope] = useState<Scope>()
  const [exactly, setExactly] = useState(true)
  const [comment, setComment] = useState('')
  const request = requestOf({ way, choice: choiceOf(choice, reach, scope), blockSeconds, blockScope })
  const whole = isWholeScope(scope) && (blockScope === undefined || isWholeScope(blockScope))
  const preview = useCall('previewHandling', { body: request }, { enabled: whole })
  const handle = useChange('handleAlerts', ['listAlerts', 'getAlert', 'alertCounts', 'listAlertEvents', 'overview'])
  const sums = preview.data === undefined ? undefined : sumsOf(preview.data)
  const submit = () => {
    if (preview.data === undefined) return
    const exact = exactly ? withPlans(request, preview.data) : request
    handle.mutate(
      { body: { ...exact, ...(comment.trim() === '' ? {} : { comment: comment.trim() }) } },
      {
        onSuccess: ({ task, changed, items }) => {
          onOrdered(task, items)
          if (task !== undefined) return
          showDone(t('handling.changed', { count: changed, replace: { count: number(changed) } }))
          onClose()
        },
        // What the center refuses was seen too late: look again.
        onError: () => void preview.refetch(),
      },
    )
  }
  return (
    <Stack gap="sm">
      {single ? <ReachFields alert={alert} reach={reach} scope={scope} onReach={setReach} onScope={setScope} /> : null}
      {way === 'block' ? (
        <BlockFields seconds={blockSeconds} scope={blockScope} onSeconds={setBlockSeconds} onScope={setBlockScope} />
      ) : null}
      {whole ? <PreviewPanel way={way} preview={preview} /> : null}
      {isCleaning(way) && sums !== undefined && sums.actions > 0 ? (
        <Checkbox
          size="sm"
          label={t('handling.exactly')}
          description={t('handling.exactly-what')}
          checked={exactly}
          onChange={event => setExactly(event.currentTarget.checked)}
        />
      ) : null}
      <Textarea
        label={t('handling.comment')}
        value={comment}
        maxLength={5_000}
        autosize
        minRows={2}
        maxRows={6}
        onChange={event => setComment(event.currentTarget.value)}
      />
      <ErrorText error={handle.error} />
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          {word('confirm.cancel')}
        </Button>
        <Button
          color={changesHosts(way) && way !== 'block' ? 'red' : 'blue'}
          onClick={submit}
          loading={handle.isPending}
          disabled={!whole || sums === undefined || sums.alerts === 0}
        >
          {changesHosts(way) && sums !== undefined && sums.hosts > 1
            ? t('handling.go-hosts', {
                what: word(`handlings.${way}`),
                count: sums.hosts,
                replace: { what: word(`handlings.${way}`), count: number(sums.hosts) },
              })
            : word(`handlings.${way}`)}
        </Button>
      </Group>
    </Stack>
  )
}
