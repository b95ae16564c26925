import { Button, Group } from '@mantine/core'
import { Download } from 'lucide-react'
import { useWords } from '../words/index.ts'
import { reportFormats, useReport } from './use-report.ts'

interface ReportButtonsProps {
  readonly alert: string
  /** What it is about, for screen readers: there are many in a list. */
  readonly title: string
}

/** The report of an incident as a file, one button for each form. */
export function ReportButtons({ alert, title }: ReportButtonsProps) {
  const { t } = useWords('incident')
  const { making, get } = useReport(alert)
  return (
    <Group gap={6} wrap="nowrap">
      {reportFormats.map(format => (
        <Button
          key={format}
          variant="default"
          size="compact-xs"
          leftSection={<Download size={13} aria-hidden />}
          loading={making === format}
          onClick={() => void get(format)}
          aria-label={`${t(`report.${format}`)} – ${title}`}
        >
          {format.toUpperCase()}
        </Button>
      ))}
    </Group>
  )
}
