import { Button, Group, Modal, NativeSelect, Stack, Switch, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { alertLevels } from '../../../../model/api/index.ts'
import { useChange } from '../../../center/index.ts'
import { ErrorText, showDone } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import type { Export } from './exports.tsx'
import { type ExportSettings, settingsFor } from './export-settings.ts'
import { SyslogFields } from './syslog-fields.tsx'
import { WebhookFields } from './webhook-fields.tsx'

interface EditExportProps {
  /** `undefined`: closed. */
  readonly edited: Export | 'new' | undefined
  readonly onClose: () => void
}

export function EditExport({ edited, onClose }: EditExportProps) {
  const { t } = useWords('settings')
  return (
    <Modal
      opened={edited !== undefined}
      onClose={onClose}
      title={t(edited === 'new' ? 'exports.add' : 'exports.edit-title')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('cancel') }}
    >
      {edited === undefined ? null : <Form before={edited === 'new' ? undefined : edited} onClose={onClose} />}
    </Modal>
  )
}

function Form({ before, onClose }: { readonly before: Export | undefined; readonly onClose: () => void }) {
  const { t } = useWords('settings')
  const { t: part } = useWords('parts')
  const create = useChange('createExport', ['listExports'])
  const change = useChange('changeExport', ['listExports'])
  const [name, setName] = useState(before?.name ?? '')
  const [kind, setKind] = useState(before?.kind ?? 'syslog')
  const [settings, setSettings] = useState<ExportSettings>(before?.settings ?? {})
  const [atLeast, setAtLeast] = useState(before?.condition.atLeast)
  const [findings, setFindings] = useState(before?.condition.findings ?? false)
  const [enabled, setEnabled] = useState(before?.enabled ?? true)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const body = {
      ...{ name, kind, enabled, settings: settingsFor(kind, settings) },
      condition: { findings, ...(atLeast === undefined ? {} : { atLeast }) },
    }
    try {
      if (before === undefined) await create.mutateAsync({ body })
      else await change.mutateAsync({ params: { export: before.id }, body })
    } catch {
      return
    }
    showDone(t('exports.saved'))
    onClose()
  }
  const kept = before?.secrets ?? []
  return (
    <form onSubmit={event => void submit(event)}>
      <Stack gap="sm">
        <Group grow align="flex-start" gap="sm">
          <TextInput
            label={t('exports.name')}
            maxLength={100}
            required
            withAsterisk={false}
            autoComplete="off"
            value={name}
            onChange={event => setName(event.currentTarget.value)}
            data-autofocus
          />
          <NativeSelect
            label={t('exports.kind')}
            disabled={before !== undefined}
            data={(['syslog', 'webhook'] as const).map(one => ({ value: one, label: t(`exports.kinds.${one}`) }))}
            value={kind}
            onChange={event => {
              setKind(event.currentTarget.value === 'webhook' ? 'webhook' : 'syslog')
              setSettings({})
            }}
          />
        </Group>
        {kind === 'syslog' ? (
          <SyslogFields value={settings} onChange={setSettings} kept={kept} />
        ) : (
          <WebhookFields value={settings} onChange={setSettings} kept={kept} />
        )}
        <NativeSelect
          label={t('exports.at-least')}
          data={[
            { value: '', label: t('exports.all-levels') },
            ...alertLevels.map(level => ({ value: level, label: part(`levels.${level}`) })),
          ]}
          value={atLeast ?? ''}
          onChange={event => setAtLeast(alertLevels.find(one => one === event.currentTarget.value))}
        />
        <Switch
          label={t('exports.findings')}
          checked={findings}
          onChange={event => setFindings(event.currentTarget.checked)}
        />
        <Switch
          label={t('exports.enabled')}
          checked={enabled}
          onChange={event => setEnabled(event.currentTarget.checked)}
        />
        <ErrorText error={create.error ?? change.error} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" loading={create.isPending || change.isPending}>
            {t('save')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
