import { useWords } from '../../words/index.ts'
import type fields from './words/en.json'

type FieldName = keyof (typeof fields)['fields']
type ChoiceName = keyof (typeof fields)['choices']
type KindName = keyof (typeof fields)['kinds']

/** Labels of settings and names of kinds in the reader's language; what this console does not know, as the center names it. */
export function useFieldWords() {
  const { t, i18n } = useWords('notifications')
  const known = <K extends string>(key: K): key is K => i18n.exists(key, { ns: 'notifications' })
  return {
    label(name: string): string {
      return known(`fields.${name}`) ? t(`fields.${name as FieldName}`) : name
    },
    kind(kind: string, title: string): string {
      return known(`kinds.${kind}`) ? t(`kinds.${kind as KindName}`) : title
    },
    choice(value: string): string {
      return known(`choices.${value}`) ? t(`choices.${value as ChoiceName}`) : value
    },
    warning(text: string): string {
      const found = warnings.find(([shape]) => shape.test(text))
      return found === undefined ? text : t(`warnings.${found[1]}`)
    },
    hint(kind: string, name: string): string | undefined {
      if (kind === 'sms-http' && (name === 'url' || name === 'body')) return t('hints.filled')
      if (kind === 'webhook' && name === 'secret') return t('hints.webhook-secret')
      return undefined
    },
  }
}

/** What the center warns of, in English (notify/channels). */
const warnings = [
  [/can read the mails and the password/, 'password'],
  [/can read the mails/, 'mails'],
  [/^Without https/, 'http'],
  [/^This address is refused/, 'refused'],
  [/^Over \w+ anybody/, 'syslog'],
  [/^These settings cannot be used/, 'unusable'],
] as const
