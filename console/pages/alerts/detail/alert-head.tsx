import { Group } from '@mantine/core'
import { Link } from 'react-router'
import { ReportMenu } from '../../../incident/index.ts'
import {
  AlertTypeName,
  Badge,
  HandledWayName,
  HostText,
  inertText,
  LevelBadge,
  PageHeader,
  StatusBadge,
  VerdictBadge,
} from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import { AssignMenu } from './assign-menu.tsx'
import classes from './detail.module.css'
import { HandleButton } from './handle-button.tsx'
import type { AlertWhole } from './kinds.ts'

const verdicts = ['confirmed', 'suspected', 'exposure'] as const

export function AlertHead({ alert }: { readonly alert: AlertWhole }) {
  const { t } = useWords('alerts/detail')
  const verdict = verdicts.find(one => one === alert.verdict)
  return (
    <>
      <Link to={alert.parent === undefined ? '/alerts' : `/alerts/${alert.parent}`} className={classes['back'] ?? ''}>
        {alert.parent === undefined ? t('to-list') : t('to-incident')}
      </Link>
      <PageHeader
        title={inertText(alert.title)}
        heading={<HostText prose>{alert.title}</HostText>}
        help="console#one-alert"
        about={
          <Group gap={6} mt={4}>
            <LevelBadge level={alert.level} />
            {verdict === undefined ? null : <VerdictBadge verdict={verdict} />}
            <StatusBadge status={alert.status} />
            {alert.handledAs === undefined ? null : (
              <Badge tone="informational">
                <HandledWayName way={alert.handledAs} />
              </Badge>
            )}
            <span>
              <AlertTypeName type={alert.type} /> · <Link to={`/hosts/${alert.host.id}`}>{alert.host.name}</Link>
            </span>
          </Group>
        }
        actions={
          <>
            <HandleButton alert={alert} />
            <AssignMenu alert={alert} />
            <ReportMenu alert={alert.id} />
          </>
        }
      />
    </>
  )
}
