export type { ChannelKind, Delivery, Surroundings } from './channel.ts'
export { type Language, languages, type Notice, notice } from './message.ts'
