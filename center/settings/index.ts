import type { SettingsObject, settingsRoutes } from '../../model/api/index.ts'
import type { Db, Handlers } from '../context.ts'
import { readSetting, writeSetting } from '../orders/index.ts'
import { notAllowed } from '../problem-error.ts'

export const settingsHandlers: Handlers<typeof settingsRoutes> = {
  getSettings: (_, { caller, db }) => read(db, caller.tenant),

  async updateSettings({ body }, { caller, db, audit }) {
    if (caller.groupsFor('settings:write') !== 'all')
      throw notAllowed('These settings hold for all groups: only an administrator of all may change them.')
    const before = await read(db, caller.tenant)
    if (body.secondApprover !== undefined)
      await writeSetting(db, caller.tenant, 'second-approver', body.secondApprover, caller.name)
    await audit('settings.changed', { kind: 'settings', id: 'orders' }, { before, change: body })
    return read(db, caller.tenant)
  },
}

async function read(db: Db, tenant: string): Promise<SettingsObject> {
  const { kinds, approvals } = await readSetting(db, tenant, 'second-approver')
  return { secondApprover: { kinds, approvals } }
}
