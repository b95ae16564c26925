import { DynamicLibrary, toString as textAt } from 'node:ffi'
import { libc } from '../libc.ts'

/** What libnftables answered: the reply of a query, or why a transaction was refused as a whole. */
export type NftablesReply = { readonly output: unknown[] } | { readonly error: string }

interface Loaded {
  run(command: string): NftablesReply
}
let loaded: Loaded | 'missing' | undefined

/**
 * Runs commands in the JSON form of libnftables-json(5) as one transaction. Undefined when this host has no libnftables,
 * or its kernel no netlink for it. Its functions are called straight, so no program of the host is started.
 */
export function nftables(commands: readonly unknown[]): NftablesReply | undefined {
  loaded ??= load()
  if (loaded === 'missing') return undefined
  return loaded.run(JSON.stringify({ nftables: commands }))
}

function load(): Loaded | 'missing' {
  if (!kernelHasNetfilter()) return 'missing'
  let library: DynamicLibrary
  try {
    library = new DynamicLibrary('libnftables.so.1')
  } catch {
    return 'missing'
  }
  const jsonOutput = 1 << 4
  const context = library.getFunction('nft_ctx_new', { return: 'pointer', arguments: ['uint32'] })(0) as bigint
  library.getFunction('nft_ctx_output_set_flags', { return: 'void', arguments: ['pointer', 'uint32'] })(
    context,
    jsonOutput,
  )
  const onContext = (name: string, returns: 'int32' | 'pointer') => {
    const found = library.getFunction(name, { return: returns, arguments: ['pointer'] })
    return () => found(context) as number | bigint
  }
  onContext('nft_ctx_buffer_output', 'int32')()
  onContext('nft_ctx_buffer_error', 'int32')()
  const output = onContext('nft_ctx_get_output_buffer', 'pointer')
  const error = onContext('nft_ctx_get_error_buffer', 'pointer')
  const run = library.getFunction('nft_run_cmd_from_buffer', { return: 'int32', arguments: ['pointer', 'string'] })
  return {
    run(command) {
      const status = run(context, command) as number
      // Both buffers are emptied by reading them.
      const said = textAt(output() as bigint) ?? ''
      const complaint = textAt(error() as bigint) ?? ''
      if (status !== 0) return { error: complaint.trim() || `libnftables returned ${status}` }
      const reply = said.trim() === '' ? {} : (JSON.parse(said) as { nftables?: unknown[] })
      return { output: reply.nftables ?? [] }
    },
  }
}

/** Asked first, because libnftables ends the whole program where the kernel has no such socket. */
function kernelHasNetfilter(): boolean {
  const [family, rawCloseOnExec, netfilter] = [16, 3 | 0o2000000, 12]
  const descriptor = Number(libc('socket', 'int32', ['int32', 'int32', 'int32'])(family, rawCloseOnExec, netfilter))
  if (descriptor < 0) return false
  libc('close', 'int32', ['int32'])(descriptor)
  return true
}
