export { AllowForm } from './allow-form.tsx'
export { Allowlist } from './allowlist.tsx'
