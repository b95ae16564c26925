interface Page<Item> {
  readonly items: readonly Item[]
  readonly next?: string | undefined
}

/**
 * All items of a list, page after page, as they are asked for:
 *
 *     for await (const host of everyPage(client.listHosts, { query: { limit: 500 } })) …
 */
export async function* everyPage<Call extends { readonly query?: object | undefined }, Item>(
  list: (call: Call) => Promise<Page<Item>>,
  call: Call,
): AsyncGenerator<Item> {
  let after: string | undefined
  do {
    const page = await list(after === undefined ? call : { ...call, query: { ...call.query, after } })
    yield* page.items
    after = page.next
  } while (after !== undefined)
}
