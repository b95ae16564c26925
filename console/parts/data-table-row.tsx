// biome-ignore-all lint/a11y/useSemanticElements: rows that are placed one by one cannot be those of a <table>.
// biome-ignore-all lint/a11y/useFocusableInteractive: rows hold what is interactive, and are not.
import { Checkbox } from '@mantine/core'
import { memo, type ReactNode } from 'react'
import { useWords } from '../words/index.ts'
import classes from './data-table.module.css'

export interface Column<T> {
  readonly key: string
  readonly title: string
  /** A width of CSS grid: `120px`, `minmax(200px, 2fr)`; default `minmax(100px, 1fr)`. */
  readonly width?: string
  readonly cell: (row: T) => ReactNode
  /** On a phone it stands as the heading of its card. The first column does unless another says so. */
  readonly heading?: boolean
}

interface RowProps<T> {
  readonly id: string
  readonly name: ((row: T) => string) | undefined
  readonly index: number
  /** Pixels from the top of the list. */
  readonly start: number
  readonly row: T
  readonly columns: readonly Column<T>[]
  readonly template: string
  readonly cards: boolean
  /** Absent: rows cannot be chosen. */
  readonly chosen: boolean | undefined
  readonly onChoose: (index: number, checked: boolean, shift: boolean) => void
  readonly measure: (element: HTMLElement | null) => void
}

/** One row of a DataTable, drawn again only when it changed: scrolling moves hundreds of them. */
export const Row = memo(PlainRow) as typeof PlainRow

function PlainRow<T>(props: RowProps<T>) {
  const { index, start, row, columns, template, cards, measure } = props
  return (
    <div
      data-index={index}
      ref={measure}
      className={classes['placed']}
      style={{ transform: `translateY(${start}px)` }}
      data-chosen={props.chosen === true || undefined}
      role="row"
      aria-rowindex={index + 2}
    >
      {cards ? (
        <CardCells {...props} />
      ) : (
        <div role="presentation" className={classes['row']} style={{ gridTemplateColumns: template }}>
          <ChooseCell {...props} />
          {columns.map(column => (
            <div role="cell" key={column.key} className={classes['cell']}>
              {column.cell(row)}
            </div>
          ))}
        </div>
      )}
    </div>
  )
}

function CardCells<T>(props: RowProps<T>) {
  const { columns, row } = props
  const heading = columns.find(one => one.heading) ?? columns[0]
  return (
    <div role="presentation" className={classes['card']}>
      <div role="presentation" className={classes['card-head']}>
        <ChooseCell {...props} />
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

function ChooseCell<T>({ id, name, index, row, chosen, onChoose }: RowProps<T>) {
  const { t } = useWords('parts')
  if (chosen === undefined) return null
  return (
    <div role="cell" className={classes['cell']}>
      <Checkbox
        size="xs"
        aria-label={t('table.select', { name: name?.(row) ?? id })}
        checked={chosen}
        onChange={event =>
          onChoose(
            index,
            event.currentTarget.checked,
            event.nativeEvent instanceof MouseEvent && event.nativeEvent.shiftKey,
          )
        }
      />
    </div>
  )
}
