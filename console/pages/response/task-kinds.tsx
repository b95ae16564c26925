import { orderKinds } from '../../../model/wire/index.ts'
import { HostText } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import type words from './words/en.json'

type KnownKind = keyof typeof words.kinds

/** What a task asks of hosts. */
export function useKindName(): (kind: string) => string | undefined {
  const { t } = useWords('response')
  return kind => (isKnown(kind) ? t(`kinds.${kind}`) : undefined)
}

export function KindName({ kind }: { readonly kind: string }) {
  const name = useKindName()
  return name(kind) ?? <HostText>{kind}</HostText>
}

/** Kinds that lists can be narrowed to. */
export const taskKinds: readonly string[] = ['handle', ...orderKinds]

const known: ReadonlySet<string> = new Set<KnownKind>([
  'handle',
  'scan',
  'report-inventory',
  'report-processes',
  'clean',
  'prove',
  'undo',
  'restore',
  'fetch',
  'block',
  'unblock',
  'upgrade',
  'cancel',
])

function isKnown(kind: string): kind is KnownKind {
  return known.has(kind)
}
