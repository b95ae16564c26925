export interface TrialParts {
  readonly ended: (order: string, ended: { state: 'done' } | { state: 'failed'; reason: string }) => void
  /** This program is not to run on: the one of before takes over. */
  readonly leave: () => void
  readonly log: (line: string) => void
}

/** What an upgrade still has to show: the new program reaches its center in time, or the old one comes back. */
export interface UpgradeTrial {
  /** The order that asked for it. */
  readonly order: string
  begin(parts: TrialParts): void
  connected(): void
}
