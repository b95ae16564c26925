/** The same object without the keys whose value is undefined: a fact says nothing of what it does not know. */
export function present<T extends object>(object: T): T {
  for (const key of Object.keys(object) as (keyof T)[]) if (object[key] === undefined) delete object[key]
  return object
}
