import { Button, Collapse, Group, Select, Stack, Switch, TextInput } from '@mantine/core'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { ApiError } from '../../../client/index.ts'
import { noticeLanguages } from '../../../model/api/index.ts'
import { type AnswerTo, useChange } from '../../center/index.ts'
import { ErrorText, showDone } from '../../parts/index.ts'
import { languageNames, useWords } from '../../words/index.ts'
import { useFieldWords } from './field-words.ts'
import { fieldsOf, missingFields, sentValues, settingErrors, startValues, type SettingValues } from './schema-fields.ts'
import { SettingField } from './setting-field.tsx'

export type Channel = AnswerTo<'getChannel'>
export type ChannelKind = AnswerTo<'listChannelKinds'>['items'][number]

interface ChannelFormProps {
  readonly kinds: readonly ChannelKind[]
  /** Absent: a new one. */
  readonly channel?: Channel | undefined
  readonly onClose: () => void
}

/** The settings of a channel, asked for as its kind wants them. */
export function ChannelForm({ kinds, channel, onClose }: ChannelFormProps) {
  const { t, i18n } = useWords('notifications')
  const { t: part } = useWords('parts')
  const words = useFieldWords()
  const [kindName, setKindName] = useState(channel?.kind ?? kinds[0]?.kind ?? '')
  const kind = kinds.find(one => one.kind === kindName)
  const fields = fieldsOf(kind?.schema, kind?.secrets ?? [])
  const [name, setName] = useState(channel?.name ?? '')
  const [language, setLanguage] = useState(
    channel?.language ?? noticeLanguages.find(one => one === i18n.language) ?? 'en',
  )
  const [enabled, setEnabled] = useState(channel?.enabled ?? true)
  const [values, setValues] = useState<SettingValues>(() => startValues(fields, channel?.settings))
  const [more, setMore] = useState(false)
  const [tried, setTried] = useState(false)
  const create = useChange('createChannel', ['listChannels'])
  const change = useChange('changeChannel', ['listChannels'])
  const error = create.error ?? change.error
  const secrets = channel?.secrets ?? []
  const missing = missingFields(fields, values, secrets)
  const wrong =
    error instanceof ApiError && error.kind === 'bad-settings'
      ? settingErrors(error.problem?.detail ?? '', fields)
      : undefined
  const choose = (next: string) => {
    const found = kinds.find(one => one.kind === next)
    setKindName(next)
    setValues(startValues(fieldsOf(found?.schema, found?.secrets ?? [])))
    setTried(false)
    create.reset()
  }
  const send = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (missing.length > 0 || name.trim() === '') return
    const body = { name: name.trim(), kind: kindName, settings: sentValues(fields, values), language, enabled }
    const onSuccess = () => {
      showDone(t('form.saved', { name: body.name }))
      onClose()
    }
    if (channel === undefined) create.mutate({ body }, { onSuccess })
    else change.mutate({ params: { channel: channel.id }, body }, { onSuccess })
  }
  const rare = (one: (typeof fields)[number]) =>
    !one.required && ['ca', 'allowLinkLocal', 'certificate', 'key', 'endpoint'].includes(one.name)
  const shown = (one: (typeof fields)[number]) => (
    <SettingField
      key={`${kindName} ${one.name}`}
      kind={kindName}
      field={one}
      value={values[one.name]}
      onChange={value => setValues({ ...values, [one.name]: value })}
      isSet={secrets.includes(one.name)}
      error={wrong?.byField.get(one.name) ?? (tried && missing.includes(one.name) ? t('form.required') : undefined)}
    />
  )
  const showRare = more || fields.some(one => rare(one) && wrong?.byField.has(one.name) === true)
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => {
    // What is wrong may lie above what is seen.
    if (error !== null || tried) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [error, tried])
  return (
    <form onSubmit={send} noValidate ref={form}>
      <Stack gap="sm">
        <Select
          label={t('form.kind')}
          data={kinds.map(one => ({ value: one.kind, label: words.kind(one.kind, one.title) }))}
          value={kindName}
          onChange={next => choose(next ?? kindName)}
          allowDeselect={false}
          disabled={channel !== undefined}
          data-autofocus
        />
        <TextInput
          label={t('form.name')}
          value={name}
          onChange={event => setName(event.currentTarget.value)}
          maxLength={100}
          error={tried && name.trim() === '' ? t('form.required') : undefined}
          required
        />
        {fields.filter(one => !rare(one)).map(shown)}
        <Select
          label={t('form.language')}
          data={noticeLanguages.map(value => ({ value, label: languageNames[value] }))}
          value={language}
          onChange={next => setLanguage(noticeLanguages.find(one => one === next) ?? language)}
          allowDeselect={false}
          maw={240}
        />
        <Switch
          label={t('form.enabled')}
          checked={enabled}
          onChange={event => setEnabled(event.currentTarget.checked)}
        />
        {fields.some(rare) ? (
          <div>
            <Button
              size="compact-sm"
              variant="subtle"
              aria-expanded={showRare}
              onClick={() => setMore(!more)}
              mb={showRare ? 'xs' : 0}
            >
              {t('form.more')}
            </Button>
            <Collapse expanded={showRare}>
              <Stack gap="sm">{fields.filter(rare).map(shown)}</Stack>
            </Collapse>
          </div>
        ) : null}
        {wrong === undefined ? (
          <ErrorText error={error} />
        ) : wrong.rest === '' ? null : (
          <ErrorText error={wrong.rest} />
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {part('confirm.cancel')}
          </Button>
          <Button type="submit" loading={create.isPending || change.isPending}>
            {t('form.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
