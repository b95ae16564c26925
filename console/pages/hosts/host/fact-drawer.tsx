import { Drawer } from '@mantine/core'
import { HostText, Time } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import { factTitle, fieldOf, shownValue } from './fact-fields.ts'
import { useFieldName } from './field-name.ts'
import { FieldValue } from './field-value.tsx'
import type { InventoryKind, Item } from './inventory-columns.tsx'
import { Fact } from './state-tab.tsx'

interface FactDrawerProps {
  readonly item: Item | undefined
  readonly kind: InventoryKind
  readonly onClose: () => void
}

/** All that a host told about one thing. */
export function FactDrawer({ item, kind, onClose }: FactDrawerProps) {
  const { t } = useWords('hosts')
  const { t: p } = useWords('parts')
  const name = useFieldName()
  const fact = item?.fact
  const names = typeof fact === 'object' && fact !== null ? Object.keys(fact) : []
  return (
    <Drawer
      opened={item !== undefined}
      onClose={onClose}
      position="right"
      size="lg"
      title={t(`kinds-one.${kind}`)}
      closeButtonProps={{ 'aria-label': p('close') }}
    >
      {item === undefined ? null : (
        <>
          <p style={{ marginTop: 0 }}>
            <HostText>{factTitle(kind, fact)}</HostText>
          </p>
          <dl style={{ margin: 0, display: 'grid', gridTemplateColumns: 'minmax(90px, auto) 1fr', gap: '8px 16px' }}>
            <Fact name={t('facts.first-seen')}>
              <Time at={item.firstSeen} as="full" />
            </Fact>
            <Fact name={t('facts.changed-at')}>
              <Time at={item.changedAt} as="full" />
            </Fact>
            {names
              .filter(one => one !== 'kind')
              .map(one => {
                const text = shownValue(fieldOf(fact, one))
                if (text === '') return null
                return (
                  <Fact key={one} name={name(one)}>
                    <FieldValue field={one} text={text} />
                  </Fact>
                )
              })}
          </dl>
        </>
      )}
    </Drawer>
  )
}
