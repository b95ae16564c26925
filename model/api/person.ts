/** Languages of the console, the messages and the templates. */
export const languages = ['en', 'zh', 'ja', 'id'] as const
export type Language = (typeof languages)[number]
