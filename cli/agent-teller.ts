import type { Teller } from '../agent/index.ts'
import type { AgentConfig } from '../model/wire/index.ts'
import { reasonOf } from './state/state-files.ts'

type Entries = AgentConfig['notify']

/**
 * Tells the channels of `notify:` what scans find, as they are in agent.yml at that moment. Nothing of them is loaded before there is something
 * to tell: an agent without channels, or with a center, stays small.
 */
export function localTeller(entries: () => Entries, log: (line: string) => void): Teller {
  let open: { readonly entries: Entries; readonly teller: Awaited<ReturnType<typeof openTeller>> } | undefined
  return {
    async tell(host, result) {
      const wanted = entries()
      if (wanted.length === 0) return
      try {
        if (open?.entries !== wanted) {
          open?.teller.close()
          open = { entries: wanted, teller: await openTeller(wanted, log) }
        }
        await open.teller.tell(host, result)
      } catch (error) {
        log(`nobody was told: ${reasonOf(error)}`)
      }
    },
  }
}

async function openTeller(entries: Entries, log: (line: string) => void) {
  const { lookTeller } = await import('../notify/index.ts')
  const teller = lookTeller(entries, {
    log: ({ channel, result, detail }) => log(`notify ${channel}: ${result}: ${detail}`),
  })
  for (const warning of teller.warnings) log(`notify: ${warning}`)
  return teller
}
