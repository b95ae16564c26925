import { Stack, Text } from '@mantine/core'
import { Check, Circle } from 'lucide-react'
import { useId } from 'react'
import { useWords } from '../words/index.ts'
import { PasswordField } from './password-field.tsx'
import { passwordFaults } from './password-faults.ts'

export interface NewPasswordValue {
  readonly password: string
  readonly again: string
}

interface NewPasswordProps {
  /** Name of the account, as far as it is known. */
  readonly name: string
  readonly value: NewPasswordValue
  readonly onChange: (value: NewPasswordValue) => void
  readonly autoFocus?: boolean
}

/** A new password, twice, with what makes it a good one. Ready when `isReady`. */
export function NewPassword({ name, value, onChange, autoFocus = false }: NewPasswordProps) {
  const { t } = useWords('people')
  const hints = useId()
  const { password, again } = value
  const faults = passwordFaults(password, name)
  const lines = [
    { good: password !== '' && !faults.includes('short') && !faults.includes('long'), text: t('password.hint-length') },
    {
      good: password !== '' && !faults.some(fault => fault === 'repeats' || fault === 'row'),
      text: t('password.hint-plain'),
    },
    { good: password !== '' && !faults.includes('name'), text: t('password.hint-name') },
  ]
  return (
    <Stack gap="xs">
      <PasswordField
        label={t('password.new')}
        autoComplete="new-password"
        required
        withAsterisk={false}
        value={password}
        aria-describedby={hints}
        data-autofocus={autoFocus || undefined}
        autoFocus={autoFocus}
        onChange={event => onChange({ ...value, password: event.currentTarget.value })}
      />
      <div id={hints}>
        {lines.map(({ good, text }) => (
          <Text key={text} size="xs" c={good ? 'var(--davylamp-good)' : 'dimmed'} style={{ display: 'flex', gap: 6 }}>
            <span style={{ flexShrink: 0, paddingTop: 2 }}>
              {good ? <Check size={13} aria-label={t('password.met')} /> : <Circle size={13} aria-hidden />}
            </span>
            <span>{text}</span>
          </Text>
        ))}
      </div>
      <PasswordField
        label={t('password.again')}
        autoComplete="new-password"
        required
        withAsterisk={false}
        value={again}
        error={again !== '' && again !== password ? t('password.differs') : undefined}
        onChange={event => onChange({ ...value, again: event.currentTarget.value })}
      />
    </Stack>
  )
}
