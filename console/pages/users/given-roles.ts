import type { GivenRole } from '../../../model/api/index.ts'
import type { EditedRole } from '../../people/index.ts'

/** As the API wants them: each once. */
export function givenRoles(edited: readonly EditedRole[]): GivenRole[] {
  const found = new Map<string, GivenRole>()
  for (const { role, group } of edited)
    found.set(`${role} ${group ?? ''}`, { role, ...(group === undefined ? {} : { group }) })
  return [...found.values()]
}
