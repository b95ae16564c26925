import { Badge as Chip, Button, Text } from '@mantine/core'
import { useMemo } from 'react'
import type { ItemOf } from '../../../center/index.ts'
import { type Column, HostText, ScopeText, Time, useNumbers } from '../../../parts/index.ts'
import { useSession } from '../../../session/index.ts'
import { useWords } from '../../../words/index.ts'
import classes from './allow.module.css'
import { ConditionList } from './condition-list.tsx'

export type Allowance = ItemOf<'listAllowances'>

export function useAllowColumns(onRemove: (one: Allowance) => void): readonly Column<Allowance>[] {
  const { t } = useWords('alerts')
  const { number } = useNumbers()
  const { can, canEverywhere } = useSession()
  return useMemo(() => {
    // Who has the right in some groups can take back what is for these groups only, as they can make it.
    const mayRemove = ({ scope }: Allowance) =>
      canEverywhere('allowlist:write') ||
      (scope.groups !== undefined &&
        scope.hosts === undefined &&
        scope.tags === undefined &&
        scope.groups.every(one => can('allowlist:write', one)))
    return [
      {
        key: 'condition',
        title: t('allowlist.columns.condition'),
        width: 'minmax(220px, 2.4fr)',
        heading: true,
        cell: one => <ConditionList condition={one.condition} />,
      },
      {
        key: 'scope',
        title: t('allowlist.columns.scope'),
        width: 'minmax(110px, 1fr)',
        cell: one => (
          <span className={classes['value']}>
            <ScopeText scope={one.scope} />
          </span>
        ),
      },
      {
        key: 'reason',
        title: t('allowlist.columns.reason'),
        width: 'minmax(150px, 1.4fr)',
        cell: one => (
          <>
            <span className={classes['value']}>
              <HostText prose>{one.reason}</HostText>
            </span>
            <Text size="xs" c="dimmed" component="div">
              <HostText prose>{one.createdBy}</HostText> · <Time at={one.createdAt} />
            </Text>
          </>
        ),
      },
      {
        key: 'expires',
        title: t('allowlist.columns.expires'),
        width: 'minmax(100px, 0.8fr)',
        cell: one =>
          one.expiresAt === undefined ? (
            t('allow.spans.never')
          ) : Date.parse(one.expiresAt) <= Date.now() ? (
            <Chip size="sm" color="gray" variant="light">
              {t('allowlist.expired')}
            </Chip>
          ) : (
            <Time at={one.expiresAt} />
          ),
      },
      { key: 'hits', title: t('allowlist.columns.hits'), width: '76px', cell: one => number(one.hits) },
      ...(can('allowlist:write')
        ? [
            {
              key: 'remove',
              title: t('columns.action'),
              width: '104px',
              cell: (one: Allowance) =>
                mayRemove(one) ? (
                  <Button
                    size="compact-xs"
                    variant="default"
                    aria-label={t('allowlist.remove-one', { what: Object.values(one.condition).join(', ') })}
                    onClick={() => onRemove(one)}
                  >
                    {t('allowlist.remove')}
                  </Button>
                ) : null,
            },
          ]
        : []),
    ]
  }, [t, number, can, canEverywhere, onRemove])
}
