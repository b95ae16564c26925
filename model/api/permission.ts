/** What can be allowed, and which role allows what. A role is given for all hosts or for one group of hosts. */
export const permissions = [
  'hosts:read',
  'hosts:write',
  'hosts:enrol',
  'alerts:read',
  /** Ignore, comment, assign, mark as handled. */
  'alerts:triage',
  /** Order what changes a host: clean, block, undo, restore, upgrade. */
  'alerts:handle',
  'scans:start',
  'orders:approve',
  'allowlist:write',
  'policies:write',
  'rules:write',
  'notifications:write',
  'users:write',
  'tokens:write',
  'audit:read',
  'settings:write',
  'health:read',
] as const
export type Permission = (typeof permissions)[number]

export const roles = ['viewer', 'operator', 'responder', 'approver', 'admin'] as const
export type Role = (typeof roles)[number]

const viewer = ['hosts:read', 'alerts:read'] as const satisfies readonly Permission[]
const operator = [...viewer, 'scans:start', 'alerts:triage', 'hosts:write', 'hosts:enrol'] as const
const responder = [...operator, 'alerts:handle', 'allowlist:write'] as const

export const permissionsOf: Readonly<Record<Role, readonly Permission[]>> = {
  viewer,
  operator,
  responder,
  /** Sees and approves; orders nothing, so that two people are two people. */
  approver: [...viewer, 'orders:approve', 'audit:read'],
  admin: permissions,
}
