import { HostText, Time } from '../../../parts/index.ts'
import { timeFields } from './fact-fields.ts'

/** The value of a field of a fact; times as the reader's, all else as the host wrote it. */
export function FieldValue({ field, text }: { readonly field: string; readonly text: string }) {
  if (timeFields.has(field) && !Number.isNaN(Date.parse(text))) return <Time at={text} as="full" />
  return <HostText>{text}</HostText>
}
