export { type AlertCase, type CaseRun, loadCase } from './load-case.ts'
export { storyHandlers } from './api.ts'
export { storyOf } from './story-of.ts'
export { textWidth } from './text-width.ts'
