import { Anchor, List, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { type Detection, detection as detectionSchema, type Response } from '../../model/index.ts'
import { Badge, Duration, HostText, LevelBadge, Time, type Tone, useNumbers } from '../parts/index.ts'
import { useWords } from '../words/index.ts'
import { chainOf, type Link as ChainLink } from './chain.ts'
import classes from './detections.module.css'

interface DetectionEvidenceProps {
  /** As the host sent it. */
  readonly evidence: unknown
  readonly host: string
}

/** Why it was told, what started what, what was done about it, and what was looked at more closely. */
export function DetectionEvidence({ evidence, host }: DetectionEvidenceProps) {
  const { t } = useWords('detections')
  const { data } = detectionSchema.safeParse(evidence)
  if (data === undefined) return <Text size="sm">{t('unreadable')}</Text>
  return (
    <Stack gap="md">
      <Part title={t('why')}>
        <List size="sm" spacing={2}>
          {[...new Set(data.because)].map(one => (
            <List.Item key={one}>
              <HostText prose>{one}</HostText>
            </List.Item>
          ))}
        </List>
      </Part>
      <Part title={t('done')}>
        <Responses detection={data} host={host} />
      </Part>
      <Part title={t('chain')}>
        <Chain detection={data} />
      </Part>
      {data.findings.length === 0 ? null : (
        <Part title={t('findings')}>
          <Findings findings={data.findings} />
        </Part>
      )}
      {data.examination === undefined ? null : (
        <Part title={t('examination')}>
          <Examined examination={data.examination} />
        </Part>
      )}
    </Stack>
  )
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section aria-label={title}>
      <Title order={3} size="h6" mb={4}>
        {title}
      </Title>
      {children}
    </section>
  )
}

/** The first that began stands at the top: service, shell, downloader, what was noticed. */
function Chain({ detection }: { readonly detection: Detection }) {
  const { t } = useWords('detections')
  return (
    <ol className={classes['chain']}>
      {chainOf(detection).map((one, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a chain never changes its order.
        <li key={place} className={classes['link']} data-noticed={one.noticed || undefined}>
          <Text size="sm" component="div" fw={one.noticed ? 600 : 400}>
            <HostText>{one.shown}</HostText>
          </Text>
          <Text size="xs" c="dimmed" component="div">
            <About link={one} />
            {one.noticed ? <Badge tone="high">{t('noticed')}</Badge> : null}
          </Text>
        </li>
      ))}
    </ol>
  )
}

function About({ link: { pid, path, user, container } }: { readonly link: ChainLink }) {
  const { t } = useWords('detections')
  const texts = [
    ...(pid === undefined ? [] : [t('pid', { pid: String(pid) })]),
    ...(path === undefined ? [] : [path]),
    ...(user === undefined ? [] : [t('as', { user })]),
    ...(container === undefined ? [] : [t('in-container', { container })]),
  ]
  return texts.length === 0 ? null : (
    <>
      <HostText>{texts.join(' · ')}</HostText>{' '}
    </>
  )
}

const outcomeTones: Readonly<Record<Response['outcome'], Tone>> = {
  done: 'good',
  would: 'medium',
  refused: 'medium',
  failed: 'critical',
}

function Responses({ detection, host }: { readonly detection: Detection; readonly host: string }) {
  const { t } = useWords('detections')
  const { number } = useNumbers()
  if (detection.responses.length === 0) return <Text size="sm">{t('nothing-done')}</Text>
  return (
    <ul className={classes['plain']}>
      {detection.responses.map((one, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are only added at the end.
        <li key={place}>
          <Text size="sm" component="div">
            <Badge tone={outcomeTones[one.outcome]}>{t(`response-outcomes.${one.outcome}`)}</Badge>{' '}
            {t(`responses.${one.kind}`)}
            {one.afterMs === undefined ? null : (
              <Text span size="xs" c="dimmed">
                {' · '}
                {one.afterMs < 1_000 ? (
                  t('after-ms', { ms: number(Math.max(0, Math.round(one.afterMs))) })
                ) : (
                  <Duration seconds={one.afterMs / 1_000} />
                )}
              </Text>
            )}
            {one.run === undefined ? null : (
              <>
                {' · '}
                <Anchor
                  component={Link}
                  to={`/response/runs/${host}/${encodeURIComponent(one.run)}`}
                  size="sm"
                  underline="always"
                >
                  {t(one.kind === 'kill-process' ? 'run' : 'run-back')}
                </Anchor>
              </>
            )}
          </Text>
          <Text size="xs" c="dimmed" component="div">
            <Time at={one.at} as="full" />
            {one.detail === '' ? null : (
              <>
                {' · '}
                <HostText prose>{one.detail}</HostText>
              </>
            )}
          </Text>
        </li>
      ))}
    </ul>
  )
}

function Findings({ findings }: { readonly findings: Detection['findings'] }) {
  return (
    <ul className={classes['plain']}>
      {findings.map((one, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they never change.
        <li key={place}>
          <Text size="sm" component="div">
            <HostText prose>{one.because}</HostText>
          </Text>
          <Text size="xs" c="dimmed" component="div">
            <LevelBadge level={one.level} />{' '}
            <Link to={`/rules/${encodeURIComponent(one.rule.id)}`}>
              <HostText prose>{one.rule.title}</HostText>
            </Link>
          </Text>
        </li>
      ))}
    </ul>
  )
}

function Examined({ examination }: { readonly examination: NonNullable<Detection['examination']> }) {
  const { t } = useWords('detections')
  const { verdict, because, path, sha256, ownership, package: owner, miningSession, indicators } = examination
  const matches = [...examination.matches, ...examination.memoryMatches].map(one => one.rule)
  const lines: readonly (readonly [string, string | undefined])[] = [
    [t('examined.path'), path],
    [t('examined.sha256'), sha256],
    [t('examined.ownership'), owner === undefined ? ownership : `${ownership ?? ''} (${owner})`],
    [t('examined.session'), miningSession],
    [t('examined.matches'), matches.length === 0 ? undefined : [...new Set(matches)].join(', ')],
    [t('examined.indicators'), indicators.length === 0 ? undefined : indicators.map(one => one.value).join(', ')],
  ]
  return (
    <>
      <Text size="sm" mb={4}>
        {t(`examined.verdicts.${verdict}`)}
      </Text>
      {because.length === 0 ? null : (
        <List size="sm" mb={6}>
          {[...new Set(because)].map(one => (
            <List.Item key={one}>
              <HostText prose>{one}</HostText>
            </List.Item>
          ))}
        </List>
      )}
      <dl className={classes['fields']}>
        {lines.map(([name, text]) =>
          text === undefined ? null : (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <HostText>{text}</HostText>
              </dd>
            </div>
          ),
        )}
      </dl>
    </>
  )
}
