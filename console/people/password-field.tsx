import { PasswordInput, type PasswordInputProps } from '@mantine/core'
import { useWords } from '../words/index.ts'

/** A password that can be looked at, by keys as well. */
export function PasswordField(props: PasswordInputProps) {
  const { t } = useWords('people')
  return (
    <PasswordInput
      visibilityToggleFocusable
      visibilityToggleButtonProps={{ 'aria-label': t('password.show') }}
      {...props}
    />
  )
}
