import { Route, Routes } from 'react-router'
import { Allowlist } from './allow/index.ts'
import { AlertDetail } from './detail/index.ts'
import { AlertList } from './list/index.ts'

export function Page() {
  return (
    <Routes>
      <Route index element={<AlertList />} />
      <Route path="allowlist" element={<Allowlist />} />
      <Route path=":alert/*" element={<AlertDetail />} />
    </Routes>
  )
}
