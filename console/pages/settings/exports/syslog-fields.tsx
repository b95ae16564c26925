import { Group, NativeSelect, NumberInput, Stack, TextInput } from '@mantine/core'
import { useWords } from '../../../words/index.ts'
import { type ExportSettings, textOf } from './export-settings.ts'
import { Pem } from './pem.tsx'

interface FieldsProps {
  readonly value: ExportSettings
  readonly onChange: (value: ExportSettings) => void
  /** Secrets that are stored, and stay when they are left out. */
  readonly kept: readonly string[]
}

export function SyslogFields({ value, onChange, kept }: FieldsProps) {
  const { t } = useWords('settings')
  const set = (name: string, given: unknown) => onChange({ ...value, [name]: given })
  const transport = textOf(value, 'transport') || 'tls'
  return (
    <Stack gap="sm">
      <Group align="flex-start" gap="sm">
        <TextInput
          style={{ flex: '2 1 200px' }}
          label={t('exports.host')}
          required
          withAsterisk={false}
          spellCheck={false}
          placeholder="siem.example"
          value={textOf(value, 'host')}
          onChange={event => set('host', event.currentTarget.value.trim())}
        />
        <NumberInput
          style={{ flex: '1 1 90px' }}
          label={t('exports.port')}
          min={1}
          max={65_535}
          allowDecimal={false}
          placeholder={transport === 'tls' ? '6514' : '514'}
          value={textOf(value, 'port')}
          onChange={given => set('port', given === '' ? undefined : Number(given))}
        />
      </Group>
      <Group grow align="flex-start" gap="sm">
        <NativeSelect
          label={t('exports.transport')}
          data={[
            { value: 'tls', label: 'TLS (RFC 5425)' },
            { value: 'tcp', label: 'TCP (RFC 6587)' },
            { value: 'udp', label: 'UDP (RFC 5426)' },
          ]}
          value={transport}
          onChange={event => set('transport', event.currentTarget.value)}
        />
        <NativeSelect
          label={t('exports.format')}
          data={[
            { value: 'text', label: t('exports.format-text') },
            { value: 'cef', label: 'CEF' },
            ...(transport === 'udp' ? [] : [{ value: 'ocsf', label: 'OCSF' }]),
          ]}
          value={textOf(value, 'format') || 'text'}
          onChange={event => set('format', event.currentTarget.value)}
        />
      </Group>
      {transport === 'tls' ? (
        <details>
          <summary>{t('exports.certificates')}</summary>
          <Stack gap="sm" mt="sm">
            <Pem label={t('exports.ca')} value={textOf(value, 'ca')} onChange={text => set('ca', text)} />
            <Pem
              label={t('exports.certificate')}
              value={textOf(value, 'certificate')}
              onChange={text => set('certificate', text)}
            />
            <Pem
              label={t('exports.key')}
              description={kept.includes('key') ? t('exports.kept') : undefined}
              value={textOf(value, 'key')}
              onChange={text => set('key', text)}
            />
          </Stack>
        </details>
      ) : null}
    </Stack>
  )
}
