/** How much one run may touch. What goes beyond is refused, with its reason. */
export interface Limits {
  readonly actions: number
  readonly processes: number
  readonly quarantinedBytes: number
}

export const defaultLimits: Limits = { actions: 2_000, processes: 500, quarantinedBytes: 2 * 1024 ** 3 }
