import { z } from 'zod'

/**
 * A file that leaves quarantine by an order `send-quarantined` goes in parts, each a request of its own on the agents' port, so that
 * a slow line needs no long one: `PUT /agent/v1/sent-files/ORDER/NUMBER` with the bytes (`application/octet-stream`), numbers from 0,
 * and then `POST /agent/v1/sent-files/ORDER` with `sentFileEnd`. The same part may come twice. 204; 409 when that order wants no file.
 */
export const sentPartBytes = 1_048_576

/** Larger files stay where they are. */
export const largestSentFile = 64 * 1_048_576

export const sentFileEnd = z.strictObject({
  parts: z
    .number()
    .int()
    .min(0)
    .max(largestSentFile / sentPartBytes),
})
