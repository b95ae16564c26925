import type { Permission, Role } from '../../model/api/index.ts'
import { useWords } from '../words/index.ts'

type Dashed<P> = P extends `${infer What}:${infer How}` ? `${What}-${How}` : never

/** Roles and rights as people read them. */
export function useRightWords() {
  const { t } = useWords('people')
  return {
    role: (role: Role) => t(`roles.${role}`),
    /** One sentence: what the role is for. */
    about: (role: Role) => t(`roles-about.${role}`),
    permission: (permission: Permission) => t(`permissions.${permission.replace(':', '-') as Dashed<Permission>}`),
  }
}
