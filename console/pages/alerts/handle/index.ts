export { HandleDialog, type HandleDialogProps } from './handle-dialog.tsx'
export type { AlertChoice } from './handling.ts'
