import { Accordion, Anchor, Group, Text } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'react-router'
import { DetectionEvidence } from '../../../detections/index.ts'
import { Badge, EmptyState, HostText, LevelBadge, useUrlFilter } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import { AttackList } from './attack-list.tsx'
import { Connections } from './connections.tsx'
import classes from './detail.module.css'
import { factsOf } from './evidence-of.ts'
import { FactFields } from './fact-fields.tsx'
import { FactIcon } from './fact-icon.tsx'
import { FactKindName } from './fact-kind-name.tsx'
import { type Evident, evidentThings } from './evident.ts'
import type { AlertWhole, Story } from './kinds.ts'
import { OtherEvidence } from './other-evidence.tsx'

interface EvidenceProps {
  readonly alert: AlertWhole
  readonly story: Story
}

/** Thing by thing: what rules say about it, what is known of it, and what it has to do with the others. */
export function Evidence({ alert, story }: EvidenceProps) {
  const { t } = useWords('alerts/detail')
  const facts = factsOf(alert)
  const things = evidentThings(story, [...facts.values()])
  const [{ fact }] = useUrlFilter(['fact'])
  const [open, setOpen] = useState<readonly string[]>([fact ?? things[0]?.id ?? ''])
  if (things.length === 0) {
    if (alert.about === 'incident' || alert.about === 'finding') return <EmptyState title={t('evidence.none')} />
    if (alert.about === 'detection') return <NoticedEvidence alert={alert} />
    return <OtherEvidence evidence={alert.evidence} />
  }
  return (
    <Accordion multiple value={[...open]} onChange={setOpen} variant="contained" order={2} keepMounted={false}>
      {things.map(thing => (
        <Accordion.Item key={thing.id} value={thing.id}>
          <Accordion.Control>
            <Head thing={thing} />
          </Accordion.Control>
          <Accordion.Panel>
            <Findings thing={thing} own={alert.id} />
            <FactFields fact={facts.get(thing.id)} />
            <Connections story={story} fact={thing.id} />
          </Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  )
}

/** What the agent told last of it, and every time that it did. */
function NoticedEvidence({ alert }: { readonly alert: AlertWhole }) {
  const { t } = useWords('alerts/detail')
  return (
    <>
      <DetectionEvidence evidence={alert.evidence} host={alert.host.id} />
      <Anchor component={Link} to={`/prevention?alert=${alert.id}`} size="sm" mt="md" display="inline-block">
        {t('evidence.detections')}
      </Anchor>
    </>
  )
}

function Head({ thing }: { readonly thing: Evident }) {
  const { t } = useWords('alerts/detail')
  return (
    <span className={classes['factHead']}>
      <FactIcon kind={thing.kind} />
      <span className={classes['factName']}>
        <HostText>{thing.label}</HostText>{' '}
        <Text component="span" size="xs" c="dimmed">
          <FactKindName kind={thing.kind} />
          {thing.why.length > 1 ? ` · ${t('evidence.findings', { count: thing.why.length })}` : ''}
        </Text>
      </span>
      {thing.level === undefined ? <Badge tone="informational">{t('evidence.belongs')}</Badge> : null}
      {thing.level === undefined ? null : <LevelBadge level={thing.level} />}
    </span>
  )
}

function Findings({ thing, own }: { readonly thing: Evident; readonly own: string }) {
  const { t } = useWords('alerts/detail')
  if (thing.why.length === 0) return null
  return (
    <ul className={classes['plain']}>
      {thing.why.map(one => (
        <li key={one.finding} className={classes['finding']}>
          <Text size="sm">
            <HostText prose>{one.because}</HostText>
          </Text>
          <Group gap={6} mt={2}>
            <LevelBadge level={one.level} />
            <Badge tone="informational">{t(`classes.${one.class}`)}</Badge>
            {one.conclusive ? <Badge tone="critical">{t('evidence.conclusive')}</Badge> : null}
            <Text size="xs" c="dimmed" component="span">
              {t('evidence.rule')}{' '}
              <Link to={`/rules/${encodeURIComponent(one.rule.id)}`}>
                <HostText prose>{one.rule.title}</HostText>
              </Link>
              {one.alert === undefined || one.alert === own ? null : (
                <>
                  {' · '}
                  <Link to={`/alerts/${one.alert}`} aria-label={`${t('evidence.alone')}: ${one.rule.title}`}>
                    {t('evidence.alone')}
                  </Link>
                </>
              )}
            </Text>
            <Text size="xs" component="div">
              <AttackList ids={one.attack} />
            </Text>
          </Group>
        </li>
      ))}
    </ul>
  )
}
