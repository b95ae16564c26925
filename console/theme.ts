import { createTheme, type MantineColorsTuple } from '@mantine/core'

/** The flame of the lamp, for what is ours; what is clicked is blue, what is dangerous red. */
const flame: MantineColorsTuple = [
  '#fff7e6',
  '#fdecc8',
  '#fad894',
  '#f6c25b',
  '#f2ae2c',
  '#e89a0c',
  '#c97f02',
  '#9c6102',
  '#734706',
  '#4d3006',
]

/** The head of a dialog is a <header>, and yet no banner of the page. */
const dialog = { defaultProps: { attributes: { header: { role: 'presentation' } } } }

export const theme = createTheme({
  components: { Modal: dialog, Drawer: dialog },
  colors: { flame },
  primaryColor: 'blue',
  // Text on buttons and links must stand out at 4.5 to 1 in both schemes.
  primaryShade: { light: 8, dark: 8 },
  autoContrast: true,
  fontFamily:
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Noto Sans CJK SC', 'PingFang SC', 'Hiragino Sans', 'Microsoft YaHei', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Mono', 'DejaVu Sans Mono', monospace",
  defaultRadius: 'sm',
  cursorType: 'pointer',
  respectReducedMotion: true,
})
