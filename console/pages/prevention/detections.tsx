import { alertLevels, detectionOutcomes, subjectKinds } from '../../../model/api/index.ts'
import { useList } from '../../center/index.ts'
import { DetectionDrawer, DetectionTable, ExportDetections } from '../../detections/index.ts'
import { EmptyState, type FilterField, Filters, useUrlFilter } from '../../parts/index.ts'
import { useSession } from '../../session/index.ts'
import { useWords } from '../../words/index.ts'
import { Counts } from './counts.tsx'
import { pick } from './pick.ts'

const names = ['text', 'host', 'verdict', 'outcome', 'subject', 'atLeast', 'since', 'until', 'alert'] as const
type Name = (typeof names)[number]

/** What agents noticed as it happened and did about it at once: counts of today, then the list. */
export function Detections() {
  const { t } = useWords('prevention')
  const { t: word } = useWords('detections')
  const { t: part } = useWords('parts')
  const { can } = useSession()
  const [values, change] = useUrlFilter(names)
  const [{ detection }, show] = useUrlFilter(['detection'])
  const { text, host, since, until, alert } = values
  const filter = {
    ...{ text, host, since, until, alert },
    verdict: pick(values.verdict, ['confirmed', 'suspected']),
    outcome: pick(values.outcome, detectionOutcomes),
    subject: pick(values.subject, subjectKinds),
    atLeast: pick(values.atLeast, alertLevels),
  }
  const list = useList('listDetections', { query: filter })
  const choice = (name: Name, label: string, options: readonly { value: string; label: string }[]) =>
    ({ kind: 'choice', name, label, options }) satisfies FilterField<Name>
  const fields: readonly FilterField<Name>[] = [
    { kind: 'text', name: 'text', label: t('detections.text') },
    choice(
      'outcome',
      word('columns.outcome'),
      detectionOutcomes.map(value => ({ value, label: word(`outcomes.${value}`) })),
    ),
    choice(
      'verdict',
      word('columns.verdict'),
      (['confirmed', 'suspected'] as const).map(value => ({ value, label: part(`verdicts.${value}`) })),
    ),
    { kind: 'host', name: 'host', label: word('columns.host') },
  ]
  const more: readonly FilterField<Name>[] = [
    choice(
      'subject',
      word('columns.subject'),
      subjectKinds.map(value => ({ value, label: word(`subjects.${value}`) })),
    ),
    choice(
      'atLeast',
      t('detections.at-least'),
      alertLevels.toReversed().map(value => ({ value, label: part(`levels.${value}`) })),
    ),
    { kind: 'time', name: 'since', label: t('detections.since') },
    { kind: 'time', name: 'until', label: t('detections.until') },
  ]
  const narrowed = Object.keys(values).length > 0
  return (
    <>
      <Counts withHosts={can('hosts:read')} onChoose={outcome => change({ outcome })} />
      <Filters
        fields={fields}
        more={more}
        values={values}
        onChange={given => change(Object.keys(given).length > 1 ? { ...given, alert: undefined } : given)}
      />
      <DetectionTable
        list={list}
        onShow={id => show({ detection: id })}
        height="max(320px, calc(100dvh - 420px))"
        empty={
          narrowed ? (
            <EmptyState title={t('detections.none-match')} />
          ) : (
            <EmptyState title={t('detections.empty')}>{t('detections.empty-what')}</EmptyState>
          )
        }
      />
      {list.items.length === 0 ? null : <ExportDetections filter={filter} />}
      <DetectionDrawer detection={detection} onClose={() => show({ detection: undefined })} />
    </>
  )
}
