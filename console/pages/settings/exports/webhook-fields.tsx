import { Button, Group, NativeSelect, Stack, Switch, TextInput } from '@mantine/core'
import { PasswordField } from '../../../people/index.ts'
import { useWords } from '../../../words/index.ts'
import { type ExportSettings, textOf } from './export-settings.ts'
import { Pem } from './pem.tsx'

interface FieldsProps {
  readonly value: ExportSettings
  readonly onChange: (value: ExportSettings) => void
  readonly kept: readonly string[]
}

export function WebhookFields({ value, onChange, kept }: FieldsProps) {
  const { t } = useWords('settings')
  const set = (name: string, given: unknown) => onChange({ ...value, [name]: given })
  return (
    <Stack gap="sm">
      <TextInput
        label={t('exports.url')}
        type="url"
        required
        withAsterisk={false}
        spellCheck={false}
        placeholder="https://siem.example/davylamp"
        value={textOf(value, 'url')}
        onChange={event => set('url', event.currentTarget.value.trim())}
      />
      <Group align="flex-end" gap="sm">
        <PasswordField
          style={{ flex: '1 1 220px' }}
          label={t('exports.secret')}
          description={t(kept.includes('secret') ? 'exports.kept' : 'exports.secret-about')}
          autoComplete="off"
          value={textOf(value, 'secret')}
          onChange={event => set('secret', event.currentTarget.value.trim())}
        />
        <Button variant="default" onClick={() => set('secret', newSecret())}>
          {t('exports.make-secret')}
        </Button>
      </Group>
      <NativeSelect
        label={t('exports.format')}
        data={[
          { value: 'davylamp', label: 'JSON (Davylamp)' },
          { value: 'ocsf', label: 'OCSF' },
          { value: 'cef', label: 'CEF' },
        ]}
        value={textOf(value, 'format') || 'davylamp'}
        onChange={event => set('format', event.currentTarget.value)}
      />
      <Switch
        label={t('exports.batch')}
        checked={value['batch'] === true}
        onChange={event => set('batch', event.currentTarget.checked)}
      />
      <details>
        <summary>{t('exports.certificates')}</summary>
        <Pem label={t('exports.ca')} value={textOf(value, 'ca')} onChange={text => set('ca', text)} />
      </details>
    </Stack>
  )
}

/** 32 random bytes, as https://www.standardwebhooks.com writes them. */
function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32))
  return `whsec_${btoa(String.fromCharCode(...bytes))}`
}
