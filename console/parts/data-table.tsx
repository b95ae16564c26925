// biome-ignore-all lint/a11y/useSemanticElements: rows that are placed one by one cannot be those of a <table>.
// biome-ignore-all lint/a11y/useFocusableInteractive: rows hold what is interactive, and are not.
import { Button, Checkbox, Group, Skeleton, Text, VisuallyHidden } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useRef } from 'react'
import { useWords } from '../words/index.ts'
import classes from './data-table.module.css'
import { type Column, Row } from './data-table-row.tsx'
import { useNumbers } from './numbers.ts'
import { ErrorState } from './states.tsx'

export interface Selection {
  readonly chosen: ReadonlySet<string>
  readonly onChange: (chosen: ReadonlySet<string>) => void
}

export interface DataTableProps<T> {
  /** What the list is of, for screen readers. */
  readonly label: string
  /** Kept between drawings (useMemo) where lists are long: only then are rows that stay not drawn again. */
  readonly columns: readonly Column<T>[]
  readonly rows: readonly T[]
  readonly rowKey: (row: T) => string
  /** Name of a row for its check box; needed with `selection`. */
  readonly rowName?: (row: T) => string
  readonly selection?: Selection
  /** What useList gives. */
  readonly query: {
    readonly isPending: boolean
    readonly error: unknown
    readonly hasNextPage?: boolean
    readonly isFetchingNextPage?: boolean
    fetchNextPage?(): unknown
    refetch(): unknown
  }
  /** What useList gives: something changed and so many pages are loaded that people say when to ask for them again. */
  readonly outdated?: boolean
  /** When there are no rows. */
  readonly empty: ReactNode
  /** CSS height of the list; default fills the window. */
  readonly height?: string
  readonly rowHeight?: number
}

/**
 * A list of any length: only what is seen is in the page, more is fetched when its end comes near. On a phone each row is a card. Links
 * and buttons stand in the cells; rows themselves do nothing. The arrow keys go from a link or box to that of the row below or above;
 * shift and a click choose all rows between.
 */
export function DataTable<T>(props: DataTableProps<T>) {
  const { rows, query, empty } = props
  const { t } = useWords('parts')
  if (query.error !== null && query.error !== undefined && rows.length === 0)
    return <ErrorState error={query.error} retry={() => void query.refetch()} />
  if (query.isPending)
    return (
      <div role="status" aria-label={t('loading')}>
        {Array.from({ length: 6 }, (_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike.
          <Skeleton key={index} height={34} mb={6} />
        ))}
      </div>
    )
  if (rows.length === 0) return empty
  return <Filled {...props} />
}

function Filled<T>(props: DataTableProps<T>) {
  const { label, columns, rows, rowKey, rowName, selection, query, height = 'calc(100dvh - 230px)' } = props
  const { rowHeight = 44 } = props
  const { t } = useWords('parts')
  const cards = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false }) ?? false
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (cards ? rowHeight * 3 : rowHeight),
    getItemKey: index => keyAt(rows, index, rowKey),
    overscan: 12,
  })
  const shown = virtual.getVirtualItems()
  const last = shown.at(-1)?.index ?? 0
  const { hasNextPage = false, isFetchingNextPage = false } = query
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && last >= rows.length - 20) query.fetchNextPage?.()
  }, [last, rows.length, hasNextPage, isFetchingNextPage, query])
  const template = [
    selection === undefined ? '' : '36px',
    ...columns.map(one => one.width ?? 'minmax(100px, 1fr)'),
  ].join(' ')
  const choose = useChoose(rows, rowKey, selection)
  const { scrollToIndex, measureElement } = virtual
  const move = (event: KeyboardEvent<HTMLDivElement>) =>
    moveFocus(event, scroller.current, rows.length, index => scrollToIndex(index))
  return (
    <div>
      <div
        ref={scroller}
        className={classes['scroller']}
        style={{ maxHeight: height }}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys (WCAG 2.1.1).
        tabIndex={0}
        role="group"
        aria-label={label}
        onKeyDown={move}
      >
        <div role="table" aria-label={label} aria-rowcount={hasNextPage ? -1 : rows.length + 1}>
          <div role="rowgroup" className={cards ? classes['hidden'] : classes['head']}>
            <div role="row" aria-rowindex={1} className={classes['row']} style={{ gridTemplateColumns: template }}>
              {selection === undefined ? null : (
                <div role="columnheader" className={classes['cell']}>
                  <ChooseAll rows={rows} rowKey={rowKey} selection={selection} />
                </div>
              )}
              {columns.map(({ key, title }) => (
                <div role="columnheader" key={key} className={classes['cell']}>
                  {title === '' ? <VisuallyHidden>{t('table.actions')}</VisuallyHidden> : title}
                </div>
              ))}
            </div>
          </div>
          <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
            {shown.map(({ index, key, start }) => {
              const row = rows[index]
              if (row === undefined) return null
              const id = rowKey(row)
              return (
                <Row
                  key={key}
                  id={id}
                  name={rowName}
                  index={index}
                  start={start}
                  row={row}
                  columns={columns}
                  template={template}
                  cards={cards}
                  chosen={selection?.chosen.has(id)}
                  onChoose={choose}
                  measure={measureElement}
                />
              )
            })}
          </div>
        </div>
      </div>
      <Foot {...props} words={t('table.outdated')} />
    </div>
  )
}

function Foot<T>({ rows, query, outdated = false, words }: DataTableProps<T> & { readonly words: string }) {
  const { t } = useWords('parts')
  const { number } = useNumbers()
  const { hasNextPage = false, isFetchingNextPage = false } = query
  return (
    <Group justify="space-between" mt={6}>
      <Text size="xs" c="dimmed" role="status">
        {hasNextPage
          ? t('table.rows-and-more', { count: rows.length, replace: { count: number(rows.length) } })
          : t('table.rows', { count: rows.length, replace: { count: number(rows.length) } })}
        {outdated ? ` · ${words}` : ''}
      </Text>
      <Group gap="xs">
        {outdated ? (
          <Button size="compact-xs" variant="default" onClick={() => void query.refetch()}>
            {t('table.renew')}
          </Button>
        ) : null}
        {hasNextPage ? (
          <Button
            size="compact-xs"
            variant="default"
            loading={isFetchingNextPage}
            onClick={() => query.fetchNextPage?.()}
          >
            {t('table.more')}
          </Button>
        ) : null}
      </Group>
    </Group>
  )
}

interface ChooseAllProps<T> {
  readonly rows: readonly T[]
  readonly rowKey: (row: T) => string
  readonly selection: Selection
}

function ChooseAll<T>({ rows, rowKey, selection: { chosen, onChange } }: ChooseAllProps<T>) {
  const { t } = useWords('parts')
  const all = chosen.size > 0 && rows.every(row => chosen.has(rowKey(row)))
  return (
    <Checkbox
      size="xs"
      aria-label={t('table.all')}
      checked={all}
      indeterminate={chosen.size > 0 && !all}
      onChange={event => onChange(event.currentTarget.checked ? new Set(rows.map(rowKey)) : new Set())}
    />
  )
}

/** Takes a row in or out; with the shift key all from the one before. Stays the same function, so that rows are not drawn again for it. */
function useChoose<T>(rows: readonly T[], rowKey: (row: T) => string, selection: Selection | undefined) {
  const now = useRef({ rows, rowKey, selection })
  now.current = { rows, rowKey, selection }
  const before = useRef<number>(undefined)
  return useCallback((index: number, checked: boolean, shift: boolean) => {
    const { rows, rowKey, selection } = now.current
    if (selection === undefined) return
    const from = shift && before.current !== undefined ? before.current : index
    before.current = index
    const chosen = new Set(selection.chosen)
    for (const row of rows.slice(Math.min(from, index), Math.max(from, index) + 1)) {
      if (checked) chosen.add(rowKey(row))
      else chosen.delete(rowKey(row))
    }
    selection.onChange(chosen)
  }, [])
}

const within = 'a[href], button, input'

/** From what has the focus to its like in the next row, which may have to be scrolled to first. */
function moveFocus(
  event: KeyboardEvent<HTMLDivElement>,
  scroller: HTMLElement | null,
  count: number,
  scrollTo: (index: number) => void,
): void {
  if ((event.key !== 'ArrowDown' && event.key !== 'ArrowUp') || !(event.target instanceof HTMLElement)) return
  const row = event.target.closest('[data-index]')
  if (row === null || scroller === null) return
  const place = [...row.querySelectorAll(within)].indexOf(event.target)
  const index = Number(row.getAttribute('data-index')) + (event.key === 'ArrowDown' ? 1 : -1)
  if (place < 0 || index < 0 || index >= count) return
  event.preventDefault()
  const focus = () => {
    const wanted = scroller.querySelector(`[data-index="${index}"]`)
    const found = wanted?.querySelectorAll<HTMLElement>(within)
    const next = found?.[Math.min(place, found.length - 1)]
    next?.focus({ preventScroll: true })
    return next !== undefined
  }
  scrollTo(index)
  if (!focus()) requestAnimationFrame(focus)
}

function keyAt<T>(rows: readonly T[], index: number, rowKey: (row: T) => string): string {
  const row = rows[index]
  return row === undefined ? String(index) : rowKey(row)
}
