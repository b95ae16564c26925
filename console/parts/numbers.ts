import { useMemo } from 'react'
import { useWords } from '../words/index.ts'

/** Numbers as people of the chosen language write them. */
export function useNumbers() {
  const { i18n } = useWords('parts')
  const language = i18n.language
  return useMemo(() => {
    const plain = new Intl.NumberFormat(language)
    const short = new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 })
    const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 })
    const list = new Intl.ListFormat(language, { type: 'conjunction' })
    return {
      number: (value: number) => plain.format(value),
      /** 12 K, 1.2万. */
      short: (value: number) => short.format(value),
      /** 0.5 → 50 %. */
      percent: (value: number) => percent.format(value),
      list: (items: readonly string[]) => list.format(items),
      bytes: (value: number) => bytes(language, value),
    }
  }, [language])
}

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

function bytes(language: string, value: number): string {
  const step = value < 1 ? 0 : Math.min(Math.floor(Math.log10(value) / 3), units.length - 1)
  const unit = units[step] ?? 'byte'
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    maximumFractionDigits: step === 0 ? 0 : 1,
  }).format(value / 1000 ** step)
}
