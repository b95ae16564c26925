import { Textarea } from '@mantine/core'

interface PemProps {
  readonly label: string
  readonly description?: string | undefined
  readonly value: string
  readonly onChange: (text: string) => void
}

export function Pem({ label, description, value, onChange }: PemProps) {
  return (
    <Textarea
      label={label}
      {...(description === undefined ? {} : { description })}
      autosize
      minRows={2}
      maxRows={6}
      spellCheck={false}
      autoComplete="off"
      placeholder="-----BEGIN …"
      value={value}
      onChange={event => onChange(event.currentTarget.value)}
    />
  )
}
