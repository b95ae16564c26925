import { Alert, Button, Grid, List, Paper, Skeleton, Text, Title } from '@mantine/core'
import { ChevronDown, ChevronUp } from 'lucide-react'
import { useState } from 'react'
import type { AlertStory } from '../../../../model/api/index.ts'
import { ErrorState, HostText } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import { About, Line } from './about.tsx'
import { AttackList } from './attack-list.tsx'
import classes from './detail.module.css'
import { EntryPoints } from './entry-points.tsx'
import { incidentOf } from './evidence-of.ts'
import type { AlertWhole } from './kinds.ts'

interface WhyProps {
  readonly alert: AlertWhole
  readonly story: { readonly data: AlertStory | undefined; readonly error: unknown; refetch(): unknown }
}

/** Of what a host says about it, in lines; with more, the tabs below would be out of sight on a laptop. */
const few = { sentences: 4, lines: 3, characters: 160 }

/** What a reader needs first: why in plain words, and the facts about the alert itself. The rest opens below. */
export function Why({ alert, story: { data, error, refetch } }: WhyProps) {
  const { t } = useWords('alerts/detail')
  const [open, setOpen] = useState(false)
  const since = incidentOf(alert)?.since?.because
  const sentences = data === undefined ? [] : sentencesOf(data, since)
  const hasMore =
    alert.attack.length > 0 ||
    since !== undefined ||
    (data?.entryPoints.length ?? 0) > 0 ||
    sentences.length > few.sentences ||
    sentences.some(one => one.length > few.characters)
  return (
    <Paper withBorder px="md" py="sm" mb="md">
      <Grid gap="lg" overflow="hidden">
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Title order={2} size="h4" mb={6}>
            {t('why.title')}
          </Title>
          {data !== undefined ? (
            <Sentences story={data} sentences={sentences} all={open} />
          ) : error === null ? (
            <Skeleton height={96} />
          ) : (
            <ErrorState error={error} retry={() => void refetch()} />
          )}
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <About alert={alert} entry={data?.entryPoints[0]} />
        </Grid.Col>
      </Grid>
      {open && data !== undefined ? (
        <div className={classes['rest']}>
          <EntryPoints points={data.entryPoints} />
          <dl className={classes['about']}>
            {since === undefined ? null : (
              <Line label={t('why.since')} wide>
                <HostText prose>{since}</HostText>
              </Line>
            )}
            {alert.attack.length === 0 ? null : (
              <Line label={t('about.attack')} wide>
                <AttackList ids={alert.attack} />
              </Line>
            )}
          </dl>
        </div>
      ) : null}
      {hasMore ? (
        <Button
          variant="subtle"
          size="compact-sm"
          ml={-8}
          mt={4}
          rightSection={open ? <ChevronUp size={16} aria-hidden /> : <ChevronDown size={16} aria-hidden />}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {t(open ? 'why.less' : 'why.more')}
        </Button>
      ) : null}
    </Paper>
  )
}

/** The host's sentences end with the way in and the time, which have places of their own here. */
function sentencesOf({ summary, why, entryPoints }: AlertStory, since: string | undefined): readonly string[] {
  const elsewhere = [since, ...entryPoints.map(one => one.because)]
  const said = summary.length > 0 ? summary : why.map(one => one.because)
  return said.filter(one => !elsewhere.some(because => because !== undefined && one.endsWith(`${because}.`)))
}

interface SentencesProps {
  readonly story: AlertStory
  readonly sentences: readonly string[]
  readonly all: boolean
}

function Sentences({ story, sentences, all }: SentencesProps) {
  const { t } = useWords('alerts/detail')
  return (
    <>
      {story.rebuildAdvised.length === 0 ? null : (
        <Alert color="red" variant="light" mb="sm" title={t('why.rebuild')}>
          {story.rebuildAdvised.map(one => (
            <Text size="sm" key={one}>
              <HostText prose>{one}</HostText>
            </Text>
          ))}
          <Text size="sm" mt={4}>
            {t('why.offline')}
          </Text>
        </Alert>
      )}
      {sentences.length === 0 ? <Text size="sm">{t('why.none')}</Text> : null}
      <List size="sm" spacing={2}>
        {(all ? sentences : sentences.slice(0, few.sentences)).map(one => (
          <List.Item key={one}>
            <Text size="sm" {...(all ? {} : { lineClamp: few.lines })}>
              <HostText prose>{one}</HostText>
            </Text>
          </List.Item>
        ))}
      </List>
    </>
  )
}
