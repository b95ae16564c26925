import { Tabs } from '@mantine/core'
import { lazy, Suspense } from 'react'
import { LoadingState, useUrlFilter } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import { Cleanup } from './cleanup.tsx'
import classes from './detail.module.css'
import { Evidence } from './evidence.tsx'
import { History } from './history.tsx'
import { type AlertWhole, type Story, type TabName, tabNames } from './kinds.ts'
import { NoticedTree } from './noticed-tree.tsx'
import { ProcessTree } from './process-tree.tsx'
import { Related } from './related.tsx'
import { Timeline } from './timeline.tsx'

const Graph = lazy(async () => ({ default: (await import('./graph/index.ts')).Graph }))

interface AlertTabsProps {
  readonly alert: AlertWhole
  readonly story: Story
}

/** Which one is open stands in the address, so that it can be shared. */
export function AlertTabs({ alert, story }: AlertTabsProps) {
  const { t } = useWords('alerts/detail')
  const [{ tab }, change] = useUrlFilter(['tab', 'fact'])
  const shown = tabNames.filter(name => hasContent(name, alert, story))
  const open = shown.find(one => one === tab) ?? shown[0] ?? 'history'
  const showFact = (fact: string) => change({ tab: 'evidence', fact })
  return (
    <Tabs value={open} onChange={name => change({ tab: name ?? undefined, fact: undefined })} keepMounted={false}>
      <Tabs.List className={classes['tabs'] ?? ''} aria-label={t('tabs.label')}>
        {shown.map(name => (
          <Tabs.Tab key={name} value={name}>
            {t(`tabs.${name}`)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value={open} pt="sm">
        <Suspense fallback={<LoadingState />}>
          <Panel name={open} alert={alert} story={story} showFact={showFact} />
        </Suspense>
      </Tabs.Panel>
    </Tabs>
  )
}

interface PanelProps extends AlertTabsProps {
  readonly name: TabName
  readonly showFact: (fact: string) => void
}

function Panel({ name, alert, story, showFact }: PanelProps) {
  switch (name) {
    case 'evidence':
      return <Evidence alert={alert} story={story} />
    case 'noticed':
      return <NoticedTree noticed={story.noticed} host={alert.host.id} showFact={showFact} />
    case 'processes':
      return <ProcessTree processes={story.processes} showFact={showFact} />
    case 'timeline':
      return <Timeline moments={story.timeline} />
    case 'graph':
      return <Graph graph={story.graph} showFact={showFact} />
    case 'cleanup':
      return <Cleanup alert={alert} />
    case 'related':
      return <Related alert={alert.id} />
    case 'history':
      return <History alert={alert} />
  }
}

/** A tab with nothing in it would only be in the way. */
function hasContent(name: TabName, alert: AlertWhole, story: Story): boolean {
  switch (name) {
    case 'noticed':
      return story.noticed.length > 0
    case 'processes':
      return story.processes.length > 0
    case 'graph':
      return story.graph.nodes.length > 1
    case 'cleanup':
      return alert.about === 'incident' || alert.about === 'finding'
    default:
      return true
  }
}
