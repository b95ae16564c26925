import { Anchor, Button, Text } from '@mantine/core'
import { Fragment } from 'react'
import { Link } from 'react-router'
import { Badge, HostText, Time, type Tone, useNumbers } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import classes from './detail.module.css'
import type { Story } from './kinds.ts'

type Noticed = Story['noticed'][number]

interface NoticedTreeProps {
  readonly noticed: Story['noticed']
  readonly host: string
  readonly showFact: (fact: string) => void
}

/** From the service that came first down to what was noticed. */
export function NoticedTree({ noticed, host, showFact }: NoticedTreeProps) {
  const { t } = useWords('alerts/detail')
  return (
    <>
      <Text size="sm" c="dimmed" mb="xs">
        {t('noticed.what')}
      </Text>
      <Below parent={undefined} all={noticed} host={host} showFact={showFact} />
    </>
  )
}

interface BelowProps extends Omit<NoticedTreeProps, 'noticed'> {
  readonly parent: string | undefined
  readonly all: Story['noticed']
}

/** The center sends parents before their children, so that nothing stands below itself. */
function Below({ parent, all, host, showFact }: BelowProps) {
  const { t } = useWords('alerts/detail')
  const here = all.filter(one => one.parent === parent)
  if (here.length === 0) return null
  return (
    <ul {...(parent === undefined ? { className: classes['tree'] ?? '', 'aria-label': t('noticed.label') } : {})}>
      {here.map(one => (
        <li key={one.id}>
          <One one={one} host={host} showFact={showFact} />
          <Below parent={one.id} all={all} host={host} showFact={showFact} />
        </li>
      ))}
    </ul>
  )
}

interface OneProps extends Omit<NoticedTreeProps, 'noticed'> {
  readonly one: Noticed
}

function One({ one: { label, detail, pid, noticed }, host, showFact }: OneProps) {
  const { t } = useWords('alerts/detail')
  const { number } = useNumbers()
  const known = [
    ...(pid === undefined ? [] : [<span key="pid">{t('noticed.pid', { pid: String(pid) })}</span>]),
    ...(noticed === undefined ? [] : [<Time key="at" at={noticed.at} as="full" />]),
    ...(noticed === undefined || noticed.times < 2
      ? []
      : [
          <span key="times">
            {t('noticed.times', { count: noticed.times, replace: { count: number(noticed.times) } })}
          </span>,
        ]),
    ...(detail === '' || detail === label ? [] : [<HostText key="detail">{detail}</HostText>]),
  ]
  return (
    <div className={classes['process']}>
      <Text component="span" size="sm" fw={noticed === undefined ? 400 : 600} style={{ minWidth: 0 }}>
        <HostText>{label}</HostText>
      </Text>
      {noticed === undefined ? null : <Outcomes noticed={noticed} host={host} />}
      <Text component="span" size="xs" c="dimmed" style={{ minWidth: 0 }}>
        {known.map((part, place) => (
          <Fragment key={part.key}>
            {place === 0 ? null : ' · '}
            {part}
          </Fragment>
        ))}
      </Text>
      {noticed?.fact === undefined ? null : <ToEvidence fact={noticed.fact} label={label} showFact={showFact} />}
    </div>
  )
}

interface ToEvidenceProps {
  readonly fact: string
  readonly label: string
  readonly showFact: (fact: string) => void
}

function ToEvidence({ fact, label, showFact }: ToEvidenceProps) {
  const { t } = useWords('alerts/detail')
  const words = t('tabs.evidence')
  return (
    <Button size="compact-xs" variant="subtle" onClick={() => showFact(fact)} aria-label={`${words}: ${label}`}>
      {words}
    </Button>
  )
}

const tones: Readonly<Record<'done' | 'would' | 'refused' | 'failed', Tone>> = {
  done: 'good',
  would: 'medium',
  refused: 'medium',
  failed: 'critical',
}

interface OutcomesProps {
  readonly noticed: NonNullable<Noticed['noticed']>
  readonly host: string
}

/** What it was, and what was done at once; each once. */
function Outcomes({ noticed: { kind, responses }, host }: OutcomesProps) {
  const { t } = useWords('detections')
  const once = new Map(responses.map(one => [`${one.kind} ${one.outcome}`, one]))
  return (
    <>
      <Badge tone="high">{t(`subjects.${kind}`)}</Badge>
      {[...once].map(([key, { kind: what, outcome, run }]) => (
        <Text key={key} component="span" size="xs">
          <Badge tone={tones[outcome]}>{t(`response-outcomes.${outcome}`)}</Badge> {t(`responses.${what}`)}
          {run === undefined ? null : (
            <>
              {' · '}
              <Anchor
                component={Link}
                to={`/response/runs/${host}/${encodeURIComponent(run)}`}
                size="xs"
                underline="always"
              >
                {t('run')}
              </Anchor>
            </>
          )}
        </Text>
      ))}
    </>
  )
}
