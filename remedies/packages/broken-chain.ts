/** A link is missing between what lies in a package cache and a signature that can be trusted. Says which. */
export class BrokenChain extends Error {
  override readonly name = 'BrokenChain'
}
