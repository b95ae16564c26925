import { action, type ActionKind } from '../../../../model/index.ts'

export const actionKinds: readonly ActionKind[] = action.options.map(one => one.shape.kind.value)
