import { Button, Group } from '@mantine/core'
import { Download } from 'lucide-react'
import { useState } from 'react'
import type { Language } from '../../model/api/index.ts'
import { api } from '../center/index.ts'
import { showFailed } from '../parts/index.ts'
import { useWords } from '../words/index.ts'

interface ReportButtonsProps {
  readonly alert: string
  /** What it is about, for screen readers, where there are many. */
  readonly title?: string
  readonly compact?: boolean
}

const formats = ['pdf', 'html'] as const
type Format = (typeof formats)[number]

/** The report of an incident as a file, in the reader's language and zone. */
export function ReportButtons({ alert, title, compact = false }: ReportButtonsProps) {
  const { t, i18n } = useWords('incident')
  const [making, setMaking] = useState<Format>()
  const get = async (format: Format) => {
    setMaking(format)
    try {
      const { timeZone } = new Intl.DateTimeFormat().resolvedOptions()
      const query = { format, language: i18n.language as Language, timeZone }
      const answer = await api.alertReport({ params: { alert }, query })
      save(await answer.blob(), fileName(answer) ?? `davylamp-incident.${format}`)
    } catch (error) {
      showFailed(error)
    } finally {
      setMaking(undefined)
    }
  }
  return (
    <Group gap={6} wrap="nowrap" role="group" aria-label={t('report.title')}>
      {formats.map(format => (
        <Button
          key={format}
          variant="default"
          size={compact ? 'compact-sm' : 'xs'}
          leftSection={<Download size={14} aria-hidden />}
          loading={making === format}
          onClick={() => void get(format)}
          aria-label={`${t(`report.${format}`)}${title === undefined ? '' : ` – ${title}`}`}
        >
          {compact ? format.toUpperCase() : t(`report.${format}`)}
        </Button>
      ))}
    </Group>
  )
}

function fileName(answer: Response): string | undefined {
  return /filename="?([^";]+)"?/.exec(answer.headers.get('content-disposition') ?? '')?.[1]
}

function save(content: Blob, name: string): void {
  const address = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // The browser has it by then; at once would be too early for some.
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
