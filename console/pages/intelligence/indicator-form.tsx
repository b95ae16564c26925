import { Button, FileInput, Group, Select, Stack, Textarea, TextInput } from '@mantine/core'
import { FileUp } from 'lucide-react'
import { type FormEvent, useMemo, useState } from 'react'
import { alertLevels } from '../../../model/api/index.ts'
import { useChange } from '../../center/index.ts'
import { ErrorText, showDone, useNumbers } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import { inBatches, type Settings } from './indicator-batches.ts'
import { readIndicators } from './read-indicators.ts'
import { ReadPreview } from './read-preview.tsx'

const largest = 4_000_000
const periods = ['0', '30', '90', '180', '365'] as const

/** One indicator or thousands: typed, pasted or from a file, read here before they are sent. */
export function IndicatorForm({ start, onClose }: { readonly start: string; readonly onClose: () => void }) {
  const { t } = useWords('intelligence')
  const { t: part } = useWords('parts')
  const { number } = useNumbers()
  const [text, setText] = useState(start)
  const [fileError, setFileError] = useState<string>()
  const [settings, setSettings] = useState<Settings & { readonly source: string }>({
    level: 'medium',
    days: 0,
    note: '',
    source: '',
  })
  const [tried, setTried] = useState(false)
  const add = useChange('addIndicators', ['listIndicators'])
  const read = useMemo(() => readIndicators(text, new Date()), [text])
  const sourceError = settings.source.trim() === '' ? t('add.source-missing') : undefined
  const textError = read.items.length === 0 ? t('add.missing') : undefined
  const open = async (file: File | null) => {
    setFileError(undefined)
    if (file === null) return
    if (file.size > largest) return setFileError(t('add.too-large'))
    setText(await file.text())
    if (settings.source === '') setSettings({ ...settings, source: file.name.slice(0, 200) })
  }
  const send = async (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (sourceError !== undefined || textError !== undefined) return
    let added = 0
    let known = 0
    try {
      for (const items of inBatches(read.items, settings, new Date())) {
        const done = await add.mutateAsync({ body: { items, source: settings.source.trim() } })
        added += done.added
        known += done.known
      }
    } catch {
      // What the center said stands below the form.
      return
    }
    showDone(t('add.done', { added: number(added), known: number(known) }))
    onClose()
  }
  return (
    <form onSubmit={event => void send(event)} noValidate>
      <Stack gap="sm">
        <Textarea
          label={t('add.text')}
          description={t('add.text-what')}
          value={text}
          onChange={event => setText(event.currentTarget.value)}
          rows={6}
          spellCheck={false}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
          error={tried ? textError : undefined}
          required
          data-autofocus
        />
        <FileInput
          label={t('add.file')}
          description={t('add.file-what')}
          placeholder={t('add.choose')}
          accept=".txt,.csv,.json,.stix"
          onChange={file => void open(file)}
          error={fileError}
          leftSection={<FileUp size={16} aria-hidden />}
        />
        <ReadPreview read={read} />
        <Group gap="sm" align="flex-start" grow preventGrowOverflow={false}>
          <Select
            label={t('add.level')}
            data={alertLevels.toReversed().map(value => ({ value, label: part(`levels.${value}`) }))}
            value={settings.level}
            onChange={value =>
              setSettings({ ...settings, level: alertLevels.find(one => one === value) ?? settings.level })
            }
            allowDeselect={false}
          />
          <Select
            label={t('add.ends')}
            data={periods.map(value => ({ value, label: t(`periods.${value}`) }))}
            value={String(settings.days)}
            onChange={value => setSettings({ ...settings, days: Number(value ?? 0) })}
            allowDeselect={false}
          />
        </Group>
        <TextInput
          label={t('add.source')}
          description={t('add.source-what')}
          value={settings.source}
          onChange={event => setSettings({ ...settings, source: event.currentTarget.value })}
          maxLength={200}
          error={tried ? sourceError : undefined}
          required
        />
        <TextInput
          label={t('add.note')}
          value={settings.note}
          onChange={event => setSettings({ ...settings, note: event.currentTarget.value })}
          maxLength={1_000}
        />
        <ErrorText error={add.error} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {part('confirm.cancel')}
          </Button>
          <Button type="submit" loading={add.isPending}>
            {t('add.go')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
