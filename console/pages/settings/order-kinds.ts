/** What a center can ask of hosts (model/wire/order.ts), what changes most first. */
export const orderKinds = [
  'clean',
  'undo',
  'restore',
  'block',
  'unblock',
  'upgrade',
  'scan',
  'prove',
  'report-inventory',
  'cancel',
] as const
