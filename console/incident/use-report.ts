import { useState } from 'react'
import type { Language } from '../../model/api/index.ts'
import { api } from '../center/index.ts'
import { showFailed } from '../parts/index.ts'
import { useWords } from '../words/index.ts'

export const reportFormats = ['pdf', 'html'] as const
export type ReportFormat = (typeof reportFormats)[number]

/** Has the report of an incident made, in the reader's language and zone, and saves it as a file. */
export function useReport(alert: string) {
  const { i18n } = useWords('incident')
  const [making, setMaking] = useState<ReportFormat>()
  const get = async (format: ReportFormat) => {
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
  return { making, get }
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
