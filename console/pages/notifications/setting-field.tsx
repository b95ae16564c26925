import { NumberInput, PasswordInput, Select, Switch, TagsInput, Textarea, TextInput } from '@mantine/core'
import { useWords } from '../../words/index.ts'
import { PairsField } from './pairs-field.tsx'
import type { SettingField as Field } from './schema-fields.ts'
import { useFieldWords } from './field-words.ts'

interface SettingFieldProps {
  readonly kind: string
  readonly field: Field
  readonly value: unknown
  readonly onChange: (value: unknown) => void
  /** The channel has this secret: it stays when nothing is entered. */
  readonly isSet: boolean
  readonly error: string | undefined
}

/** One setting, asked for in the way that suits it. */
export function SettingField({ kind, field, value, onChange, isSet, error }: SettingFieldProps) {
  const { t } = useWords('notifications')
  const words = useFieldWords()
  const label = words.label(field.name)
  const description = isSet ? t('hints.secret') : words.hint(kind, field.name)
  const shared = {
    label,
    error,
    required: field.required && !isSet,
    ...(description === undefined ? {} : { description }),
  }
  const text = typeof value === 'string' ? value : ''
  switch (field.widget) {
    case 'choice':
      return (
        <Select
          {...shared}
          data={field.options.map(one => ({ value: one, label: words.choice(one) }))}
          value={text === '' ? null : text}
          onChange={onChange}
          allowDeselect={false}
        />
      )
    case 'switch':
      return <Switch label={label} checked={value === true} onChange={event => onChange(event.currentTarget.checked)} />
    case 'number':
      return (
        <NumberInput
          {...shared}
          value={typeof value === 'number' ? value : ''}
          onChange={next => onChange(typeof next === 'number' ? next : undefined)}
          {...(field.minimum === undefined ? {} : { min: field.minimum })}
          {...(field.maximum === undefined ? {} : { max: field.maximum })}
          allowDecimal={false}
          hideControls
        />
      )
    case 'list':
      return (
        <TagsInput
          {...shared}
          description={description ?? t('hints.to')}
          value={Array.isArray(value) ? value.filter(one => typeof one === 'string') : []}
          onChange={onChange}
          acceptValueOnBlur
          splitChars={[',', ' ', ';']}
        />
      )
    case 'pairs':
      return <PairsField {...shared} value={value} onChange={onChange} />
    case 'long':
      return (
        <Textarea
          {...shared}
          value={text}
          onChange={event => onChange(event.currentTarget.value)}
          rows={3}
          spellCheck={false}
          autoComplete="off"
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        />
      )
    case 'secret':
      return (
        <PasswordInput
          {...shared}
          value={text}
          onChange={event => onChange(event.currentTarget.value)}
          autoComplete="new-password"
        />
      )
    case 'text':
      return (
        <TextInput
          {...shared}
          value={text}
          onChange={event => onChange(event.currentTarget.value)}
          autoComplete="off"
          spellCheck={false}
        />
      )
  }
}
