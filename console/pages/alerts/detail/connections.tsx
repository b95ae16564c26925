import { Text } from '@mantine/core'
import { HostText } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import classes from './detail.module.css'
import type { Story } from './kinds.ts'
import { Reason } from './reason.tsx'

/** What one thing has to do with the others, in words. */
export function Connections({ story, fact }: { readonly story: Story; readonly fact: string }) {
  const { t } = useWords('alerts/detail')
  const labels = new Map(story.graph.nodes.map(one => [one.id, one.label]))
  const edges = story.graph.edges.filter(one => one.from === fact || one.to === fact)
  if (edges.length === 0) return null
  return (
    <div>
      <Text size="xs" c="dimmed" mt="xs">
        {t('evidence.connected')}
      </Text>
      <ul className={classes['plain']}>
        {edges.map(({ from, to, reason }) => (
          <li key={`${from} ${to} ${reason}`}>
            <Text size="sm" component="span">
              <HostText>{labels.get(from) ?? from}</HostText>{' '}
              <Text component="span" size="sm" c="dimmed">
                <Reason>{reason}</Reason>
              </Text>{' '}
              <HostText>{labels.get(to) ?? to}</HostText>
            </Text>
          </li>
        ))}
      </ul>
    </div>
  )
}
