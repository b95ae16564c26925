/** Ids by the names that paths use for them. */
export type Things = Readonly<Record<string, string>>
