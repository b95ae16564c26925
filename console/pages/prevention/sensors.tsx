import { Anchor, Text } from '@mantine/core'
import { Link } from 'react-router'
import { watchModes, watchTroubles } from '../../../model/api/index.ts'
import { type ItemOf, useList } from '../../center/index.ts'
import { ModeBadge, TroubleBadges } from '../../detections/index.ts'
import {
  type Column,
  DataTable,
  EmptyState,
  Filters,
  HostText,
  Time,
  useNumbers,
  useUrlFilter,
} from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import { pick } from './pick.ts'

type Watching = ItemOf<'listWatch'>

/** How each host watches, and what is wrong with it. */
export function Sensors() {
  const { t } = useWords('prevention')
  const { t: word } = useWords('detections')
  const { number } = useNumbers()
  const [values, change] = useUrlFilter(['text', 'mode', 'trouble'])
  const modes = [...watchModes, 'none'] as const
  const query = {
    text: values.text,
    mode: pick(values.mode, modes),
    trouble: pick(values.trouble, watchTroubles),
  }
  const list = useList('listWatch', { query })
  const columns: readonly Column<Watching>[] = [
    {
      key: 'host',
      title: word('columns.host'),
      cell: ({ host }) => (
        <Anchor component={Link} to={`/hosts/${host.id}/watch`} size="sm">
          <HostText>{host.name}</HostText>
        </Anchor>
      ),
    },
    {
      key: 'mode',
      title: t('sensors.mode'),
      width: '150px',
      cell: one => <ModeBadge mode={one.watch?.prevention.mode} />,
    },
    {
      key: 'troubles',
      title: t('sensors.troubles'),
      cell: one => (one.watch === undefined ? '–' : <TroubleBadges troubles={one.troubles} />),
    },
    { key: 'sensors', title: t('sensors.sensors'), width: 'minmax(180px, 2fr)', cell: one => <Listening host={one} /> },
    {
      key: 'lost',
      title: word('sensors.lost'),
      width: '90px',
      cell: ({ watch }) =>
        watch === undefined ? '–' : number(watch.sensors.reduce((sum, sensor) => sum + sensor.lost, 0)),
    },
    {
      key: 'reported',
      title: t('sensors.reported'),
      width: '120px',
      cell: ({ reportedAt }) => (reportedAt === undefined ? '–' : <Time at={reportedAt} />),
    },
  ]
  return (
    <>
      <Filters
        fields={[
          { kind: 'text', name: 'text', label: word('columns.host') },
          {
            kind: 'choice',
            name: 'mode',
            label: t('sensors.mode'),
            options: modes.map(value => ({ value, label: word(`modes.${value}`) })),
          },
          {
            kind: 'choice',
            name: 'trouble',
            label: t('sensors.troubles'),
            options: watchTroubles.map(value => ({ value, label: word(`troubles.${value}`) })),
          },
        ]}
        values={values}
        onChange={change}
      />
      <DataTable
        label={t('sensors.label')}
        columns={columns}
        rows={list.items}
        rowKey={one => one.host.id}
        query={list.query}
        outdated={list.outdated}
        height="calc(100dvh - 290px)"
        empty={<EmptyState title={t('sensors.none')} />}
      />
    </>
  )
}

function Listening({ host: { watch } }: { readonly host: Watching }) {
  const { t } = useWords('detections')
  const on = watch?.sensors.filter(one => one.source !== 'off') ?? []
  if (watch === undefined)
    return (
      <Text size="sm" c="dimmed" component="span">
        {t('modes-what.none')}
      </Text>
    )
  if (on.length === 0)
    return (
      <Text size="sm" c="dimmed" component="span">
        {t('sensors.nothing')}
      </Text>
    )
  return (
    <span>
      {on.map((one, place) => (
        <span key={one.name}>
          {place === 0 ? '' : ', '}
          {t(`sensors.names.${one.name}`)} (<HostText>{one.source}</HostText>)
        </span>
      ))}
    </span>
  )
}
