import { PageHeader } from '../../parts/index.ts'
import { useSession } from '../../session/index.ts'
import { useWords } from '../../words/index.ts'
import { ApproverKeys } from './approver-keys.tsx'
import { Details } from './details.tsx'
import { Password } from './password.tsx'
import { SecondFactors } from './second-factors.tsx'
import { Sessions } from './sessions.tsx'
import { Tokens } from './tokens.tsx'

/** One's own account. */
export function Page() {
  const { t } = useWords('profile')
  const { can } = useSession()
  return (
    <>
      <PageHeader title={t('title')} about={t('about')} help="center#people" />
      <Details />
      <Password />
      <SecondFactors />
      <Sessions />
      {can('orders:approve') ? <ApproverKeys /> : null}
      {can('tokens:write') ? <Tokens /> : null}
    </>
  )
}
