import { Button, Menu, Text } from '@mantine/core'
import { ChevronDown } from 'lucide-react'
import { useState } from 'react'
import { type AnswerTo, useCall } from '../../center/index.ts'
import { Badge, type Column, DataTable, EmptyState, HostText, Time, type Tone, useNumbers } from '../../parts/index.ts'
import { useSession } from '../../session/index.ts'
import { useWords } from '../../words/index.ts'
import { nextStages, type Stage } from './next-stages.ts'
import { StagePack } from './stage-pack.tsx'

export type Pack = AnswerTo<'listPacks'>['items'][number]

const tones: Readonly<Record<Stage, Tone>> = {
  draft: 'informational',
  canary: 'medium',
  half: 'low',
  all: 'good',
  withdrawn: 'informational',
}

/** Rules that were uploaded here, with how many hosts have them. */
export function Packs() {
  const { t } = useWords('rules')
  const { t: part } = useWords('parts')
  const { number } = useNumbers()
  const { can } = useSession()
  const query = useCall('listPacks')
  const [staged, setStaged] = useState<{ readonly pack: Pack; readonly stage: Stage }>()
  const columns: Column<Pack>[] = [
    {
      key: 'name',
      title: t('packs.name'),
      width: 'minmax(140px, 1.5fr)',
      cell: one => <HostText>{one.name}</HostText>,
    },
    { key: 'version', title: t('packs.version'), width: '90px', cell: one => number(one.version) },
    { key: 'rules', title: t('packs.rules'), width: '80px', cell: one => number(one.rules) },
    {
      key: 'stage',
      title: t('packs.stage'),
      width: '190px',
      cell: ({ stage }) => <Badge tone={tones[stage]}>{t(`stages.${stage}`)}</Badge>,
    },
    { key: 'by', title: t('packs.by'), cell: one => <HostText prose>{one.createdBy}</HostText> },
    { key: 'uploaded', title: t('packs.uploaded'), width: '130px', cell: one => <Time at={one.createdAt} /> },
    {
      key: 'staged',
      title: t('packs.staged'),
      width: '130px',
      cell: one => (one.stagedAt === undefined ? null : <Time at={one.stagedAt} />),
    },
    ...(can('rules:write')
      ? [
          {
            key: 'actions',
            title: part('table.actions'),
            width: '130px',
            cell: (pack: Pack) => <StageMenu pack={pack} onChoose={stage => setStaged({ pack, stage })} />,
          },
        ]
      : []),
  ]
  return (
    <>
      <Text size="sm" c="dimmed" mb="sm">
        {t('packs.note')}
      </Text>
      <DataTable
        label={t('packs.label')}
        columns={columns}
        rows={query.data?.items ?? []}
        rowKey={one => one.id}
        query={query}
        empty={<EmptyState title={t('packs.empty')}>{t('packs.empty-what')}</EmptyState>}
        height="calc(100dvh - 270px)"
      />
      <StagePack pack={staged?.pack} stage={staged?.stage} onClose={() => setStaged(undefined)} />
    </>
  )
}

function StageMenu({ pack, onChoose }: { readonly pack: Pack; readonly onChoose: (stage: Stage) => void }) {
  const { t } = useWords('rules')
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button
          size="compact-xs"
          variant="default"
          rightSection={<ChevronDown size={14} aria-hidden />}
          aria-label={t('packs.actions', { name: pack.name, version: pack.version })}
        >
          {t('packs.change')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {nextStages(pack.stage).map(stage => (
          <Menu.Item key={stage} onClick={() => onChoose(stage)} {...(stage === 'withdrawn' ? { color: 'red' } : {})}>
            {stage === 'withdrawn' ? t('stage.withdraw') : t(`stages.${stage}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
