import { Anchor, Group, Table, Text } from '@mantine/core'
import { scaleBand, scaleLinear } from 'd3-scale'
import { useId, useState } from 'react'
import { useWords } from '../words/index.ts'
import { useNumbers } from './numbers.ts'

export interface TrendSeries {
  readonly name: string
  /** A CSS colour; told apart from the others by its place too. */
  readonly colour: string
  /** One for each label. */
  readonly values: readonly number[]
}

interface TrendChartProps {
  readonly title: string
  readonly labels: readonly string[]
  readonly series: readonly TrendSeries[]
  readonly height?: number
}

const width = 640
const left = 40
const bottom = 22

/** Bars beside each other over time, as a drawing or as a table. */
export function TrendChart({ title, labels, series, height = 180 }: TrendChartProps) {
  const { t } = useWords('parts')
  const { number, short } = useNumbers()
  const [asTable, setAsTable] = useState(false)
  const id = useId()
  const most = Math.max(1, ...series.flatMap(one => one.values))
  const across = scaleBand<number>()
    .domain(labels.map((_, index) => index))
    .range([left, width])
    .paddingInner(0.25)
  const beside = scaleBand<number>()
    .domain(series.map((_, index) => index))
    .range([0, across.bandwidth()])
  const up = scaleLinear()
    .domain([0, most])
    .nice(4)
    .range([height - bottom, 8])
  const every = Math.max(1, Math.ceil(labels.length / 8))
  return (
    <div>
      <Group justify="space-between" mb={4}>
        <Group gap="md">
          {series.map(({ name, colour }) => (
            <Group gap={6} key={name}>
              <svg width={10} height={10} aria-hidden>
                <rect width={10} height={10} fill={colour} rx={2} />
              </svg>
              <Text size="xs">{name}</Text>
            </Group>
          ))}
        </Group>
        <Anchor component="button" type="button" size="xs" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {t('trend.table')}
        </Anchor>
      </Group>
      {asTable ? (
        <Table.ScrollContainer minWidth={200} mah={height + 60}>
          <Table captionSide="top">
            <Table.Caption>{title}</Table.Caption>
            <Table.Thead>
              <Table.Tr>
                <Table.Td />
                {series.map(({ name }) => (
                  <Table.Th key={name}>{name}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {labels.map((label, index) => (
                <Table.Tr key={label}>
                  <Table.Th>{label}</Table.Th>
                  {series.map(({ name, values }) => (
                    <Table.Td key={name}>{number(values[index] ?? 0)}</Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      ) : (
        <svg viewBox={`0 0 ${width} ${height}`} width="100%" role="img" aria-labelledby={id}>
          <title id={id}>{title}</title>
          {up.ticks(4).map(tick => (
            <g key={tick}>
              <line x1={left} x2={width} y1={up(tick)} y2={up(tick)} stroke="var(--mantine-color-default-border)" />
              <text x={left - 6} y={up(tick) + 4} textAnchor="end" fontSize={11} fill="var(--davylamp-quiet)">
                {short(tick)}
              </text>
            </g>
          ))}
          {series.map(({ name, colour, values }, place) =>
            values.map((value, index) => (
              <rect
                key={`${name} ${labels[index]}`}
                x={(across(index) ?? 0) + (beside(place) ?? 0)}
                y={up(value)}
                width={Math.max(1, beside.bandwidth() - 0.5)}
                height={Math.max(0, height - bottom - up(value))}
                fill={colour}
              >
                <title>{`${labels[index]} · ${name}: ${number(value)}`}</title>
              </rect>
            )),
          )}
          {labels.map((label, index) =>
            index % every === 0 ? (
              <text
                key={label}
                x={(across(index) ?? 0) + across.bandwidth() / 2}
                y={height - 6}
                textAnchor="middle"
                fontSize={11}
                fill="var(--davylamp-quiet)"
              >
                {label}
              </text>
            ) : null,
          )}
        </svg>
      )}
    </div>
  )
}
