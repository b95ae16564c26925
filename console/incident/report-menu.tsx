import { Button, Menu } from '@mantine/core'
import { Download } from 'lucide-react'
import { useWords } from '../words/index.ts'
import { reportFormats, useReport } from './use-report.ts'

/** The report of one incident, where there is room for one button. */
export function ReportMenu({ alert }: { readonly alert: string }) {
  const { t } = useWords('incident')
  const { making, get } = useReport(alert)
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          variant="default"
          size="xs"
          leftSection={<Download size={14} aria-hidden />}
          loading={making !== undefined}
        >
          {t('report.title')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {reportFormats.map(format => (
          <Menu.Item key={format} onClick={() => void get(format)}>
            {t(`report.${format}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
