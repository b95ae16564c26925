// biome-ignore-all lint/a11y/useSemanticElements: rows that are placed one by one cannot be those of a <table>.
// biome-ignore-all lint/a11y/useFocusableInteractive: rows hold what is interactive, and are not.
import { Button, Checkbox, Group, Skeleton, Text } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useEffect, useRef } from 'react'
import { useWords } from '../words/index.ts'
import classes from './data-table.module.css'
import { useNumbers } from './numbers.ts'
import { ErrorState } from './states.tsx'

export interface Column<T> {
  readonly key: string
  readonly title: string
  /** A width of CSS grid: `120px`, `minmax(200px, 2fr)`; default `minmax(100px, 1fr)`. */
  readonly width?: string
  readonly cell: (row: T) => ReactNode
  /** On a phone it stands as the heading of its card. The first column does unless another says so. */
  readonly heading?: boolean
}

export interface Selection {
  readonly chosen: ReadonlySet<string>
  readonly onChange: (chosen: ReadonlySet<string>) => void
}

export interface DataTableProps<T> {
  /** What the list is of, for screen readers. */
  readonly label: string
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
  /** When there are no rows. */
  readonly empty: ReactNode
  /** CSS height of the list; default fills the window. */
  readonly height?: string
  readonly rowHeight?: number
}

/**
 * A list of any length: only what is seen is in the page, more is fetched when its end comes near. On a phone each row is a card. Links
 * and buttons stand in the cells; rows themselves do nothing.
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
  const { label, columns, rows, rowKey, selection, query, height = 'calc(100dvh - 230px)', rowHeight = 44 } = props
  const { t } = useWords('parts')
  const { number } = useNumbers()
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
  const heading = columns.find(one => one.heading) ?? columns[0]
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
      >
        <div role="table" aria-label={label} aria-rowcount={hasNextPage ? -1 : rows.length + 1}>
          <div role="rowgroup" className={cards ? classes['hidden'] : classes['head']}>
            <div role="row" aria-rowindex={1} className={classes['row']} style={{ gridTemplateColumns: template }}>
              {selection === undefined ? null : (
                <div role="columnheader" className={classes['cell']}>
                  <Checkbox
                    size="xs"
                    aria-label={t('table.all')}
                    checked={rows.every(row => selection.chosen.has(rowKey(row)))}
                    indeterminate={selection.chosen.size > 0 && !rows.every(row => selection.chosen.has(rowKey(row)))}
                    onChange={event =>
                      selection.onChange(event.currentTarget.checked ? new Set(rows.map(rowKey)) : new Set())
                    }
                  />
                </div>
              )}
              {columns.map(({ key, title }) => (
                <div role="columnheader" key={key} className={classes['cell']}>
                  {title}
                </div>
              ))}
            </div>
          </div>
          <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
            {shown.map(({ index, key, start }) => {
              const row = rows[index]
              if (row === undefined) return null
              return (
                <div
                  key={key}
                  data-index={index}
                  ref={virtual.measureElement}
                  className={classes['placed']}
                  style={{ transform: `translateY(${start}px)` }}
                  role="row"
                  aria-rowindex={index + 2}
                >
                  {cards ? (
                    <CardCells {...props} row={row} heading={heading} />
                  ) : (
                    <div role="presentation" className={classes['row']} style={{ gridTemplateColumns: template }}>
                      <SelectCell {...props} row={row} />
                      {columns.map(column => (
                        <div role="cell" key={column.key} className={classes['cell']}>
                          {column.cell(row)}
                        </div>
                      ))}
                    </div>
                  )}
                </div>
              )
            })}
          </div>
        </div>
      </div>
      <Group justify="space-between" mt={6}>
        <Text size="xs" c="dimmed" role="status">
          {hasNextPage
            ? t('table.rows-and-more', { count: rows.length, replace: { count: number(rows.length) } })
            : t('table.rows', { count: rows.length, replace: { count: number(rows.length) } })}
        </Text>
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
    </div>
  )
}

function CardCells<T>(props: DataTableProps<T> & { readonly row: T; readonly heading: Column<T> | undefined }) {
  const { columns, row, heading } = props
  return (
    <div role="presentation" className={classes['card']}>
      <div role="presentation" className={classes['card-head']}>
        <SelectCell {...props} row={row} />
        {heading === undefined ? null : (
          <div role="cell" className={classes['card-title']}>
            {heading.cell(row)}
          </div>
        )}
      </div>
      {columns
        .filter(column => column !== heading)
        .map(column => (
          <div role="cell" key={column.key} className={classes['card-line']}>
            <span className={classes['card-label']}>{column.title}</span>
            <span>{column.cell(row)}</span>
          </div>
        ))}
    </div>
  )
}

function SelectCell<T>({ selection, row, rowKey, rowName }: DataTableProps<T> & { readonly row: T }) {
  const { t } = useWords('parts')
  if (selection === undefined) return null
  const key = rowKey(row)
  const change = (checked: boolean) => {
    const chosen = new Set(selection.chosen)
    if (checked) chosen.add(key)
    else chosen.delete(key)
    selection.onChange(chosen)
  }
  return (
    <div role="cell" className={classes['cell']}>
      <Checkbox
        size="xs"
        aria-label={t('table.select', { name: rowName?.(row) ?? key })}
        checked={selection.chosen.has(key)}
        onChange={event => change(event.currentTarget.checked)}
      />
    </div>
  )
}

function keyAt<T>(rows: readonly T[], index: number, rowKey: (row: T) => string): string {
  const row = rows[index]
  return row === undefined ? String(index) : rowKey(row)
}
