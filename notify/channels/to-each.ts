import { type Delivery, delivered, refused } from '../channel.ts'
import { plainTrouble } from '../receiver/trouble.ts'

/**
 * Sends to several numbers, one request each. Delivered as soon as one has it: trying all again would send the others a
 * second copy, at a price; the detail names those that failed.
 */
export async function toEach(
  numbers: readonly string[],
  send: (number: string) => Promise<Delivery>,
): Promise<Delivery> {
  const failed: { readonly number: string; readonly delivery: Delivery & { readonly result: 'refused' } }[] = []
  const details: string[] = []
  for (const number of numbers) {
    const delivery = await send(number).catch((error: unknown): Delivery => {
      const trouble = plainTrouble(error, 'the gateway')
      return refused(trouble.message, trouble.again)
    })
    if (delivery.result === 'refused') failed.push({ number, delivery })
    else details.push(delivery.detail)
  }
  const but = failed.map(one => `…${one.number.slice(-4)}: ${one.delivery.detail}`).join('; ')
  if (details.length > 0)
    return delivered(
      [`${details.length} of ${numbers.length}`, ...details.slice(0, 3), but].filter(text => text !== '').join('; '),
    )
  const waits = failed.flatMap(one => one.delivery.afterSeconds ?? [])
  return refused(
    but,
    failed.some(one => one.delivery.again),
    waits.length === 0 ? undefined : Math.max(...waits),
  )
}
