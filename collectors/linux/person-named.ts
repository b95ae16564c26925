import type { Person } from '../collector.ts'

const byName = new WeakMap<readonly Person[], ReadonlyMap<string, Person>>()

/** The first account of a name: the one that the C library finds. A hostile passwd may have many lines, so it is indexed once. */
export function personNamed(people: readonly Person[], name: string): Person | undefined {
  const known = byName.get(people) ?? new Map([...people].reverse().map(person => [person.name, person]))
  byName.set(people, known)
  return known.get(name)
}
