import type { Level } from '../../model/index.ts'

/** On white; each has at least 4.5 : 1. The PDF is printed, so it has only these. */
export const onLight = {
  text: '#1d2939',
  quiet: '#556072',
  line: '#d0d5dd',
  soft: '#f2f4f7',
  good: '#116932',
  bad: '#b42318',
  accent: '#175cd3',
} as const

export const levelOnLight: Readonly<Record<Level, string>> = {
  critical: '#b42318',
  high: '#b54708',
  medium: '#7a5b00',
  low: '#1f6b45',
  informational: '#475467',
}

export const onDark = {
  text: '#e6e9ef',
  quiet: '#a3adbd',
  line: '#3b4557',
  soft: '#1f2733',
  good: '#6fd394',
  bad: '#ff9d90',
  accent: '#84b6ff',
} as const

export const levelOnDark: Readonly<Record<Level, string>> = {
  critical: '#ff9d90',
  high: '#ffb570',
  medium: '#f0d264',
  low: '#7fd6a4',
  informational: '#b6c0cf',
}
