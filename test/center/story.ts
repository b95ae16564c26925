import type { TestContext } from 'node:test'

/** One part of a story: shown as a test of its own, with what it gives for the parts after it. The story ends with the first that fails. */
export async function part<T>(context: TestContext, title: string, work: () => Promise<T>): Promise<T> {
  let outcome: { readonly value: T } | undefined
  await context.test(title, async () => {
    outcome = { value: await work() }
  })
  if (outcome === undefined) throw new Error(`the story ends here: ${title}`)
  return outcome.value
}
