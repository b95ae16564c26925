import { Text, Title } from '@mantine/core'
import {
  CalendarClock,
  Cpu,
  Ear,
  FileClock,
  ListChecks,
  type LucideIcon,
  Radar,
  ScrollText,
  UserRound,
  Wrench,
} from 'lucide-react'
import type { StoryMoment } from '../../../../model/api/index.ts'
import { EmptyState, HostText, Time } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import classes from './detail.module.css'
import { useMomentWords } from './moment-words.ts'
import { MomentSubject } from './moment-subject.tsx'

const icons: Readonly<Record<StoryMoment['source'], LucideIcon>> = {
  file: FileClock,
  process: Cpu,
  journal: ScrollText,
  account: UserRound,
  watch: Ear,
  scan: Radar,
  center: CalendarClock,
  order: ListChecks,
  run: Wrench,
}

/** What happened when, day by day, on the host and here. */
export function Timeline({ moments }: { readonly moments: readonly StoryMoment[] }) {
  const { t, i18n } = useWords('alerts/detail')
  if (moments.length === 0) return <EmptyState title={t('timeline.none')} />
  const day = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'full' })
  const days = Map.groupBy(moments, one => day.format(new Date(one.at)))
  return (
    <div>
      {[...days].map(([name, here]) => (
        <section key={name} aria-label={name}>
          <Title order={2} size="h5" mt="sm" mb={4}>
            {name}
          </Title>
          <ol className={classes['day']}>
            {here.map((moment, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two moments may be alike in everything.
              <Moment key={index} moment={moment} />
            ))}
          </ol>
        </section>
      ))}
    </div>
  )
}

function Moment({ moment }: { readonly moment: StoryMoment }) {
  const { t } = useWords('alerts/detail')
  const words = useMomentWords()
  const { at, exact, source, what, actor } = moment
  const Icon = icons[source]
  const name = t(`sources.${source}`)
  return (
    <li className={classes['moment']}>
      <span className={classes['clock']}>
        {exact ? '' : <abbr title={t('timeline.not-exact')}>≈</abbr>} <Time at={at} as="clock" />
      </span>
      <span className={classes['source']} title={name}>
        <Icon size={15} role="img" aria-label={name} />
      </span>
      <span>
        {words(what) ?? <HostText>{what}</HostText>} <MomentSubject moment={moment} />
        {actor === undefined ? null : (
          <Text component="span" size="xs" c="dimmed">
            {' · '}
            <HostText prose>{actor}</HostText>
          </Text>
        )}
      </span>
    </li>
  )
}
