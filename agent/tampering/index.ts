export { agreeTo } from './agreed.ts'
export { AimedCommands } from './aimed-commands.ts'
export { TamperWatch, type TamperWatchOptions } from './tamper-watch.ts'
export type { Tampering } from './tampering.ts'
