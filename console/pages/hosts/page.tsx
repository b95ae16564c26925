import { Route, Routes } from 'react-router'
import { NotFoundState } from '../../parts/index.ts'
import { AddServer } from './add/index.ts'
import { Enrolment } from './enrolment/index.ts'
import { Groups } from './groups/index.ts'
import { HostPage } from './host/index.ts'
import { HostList } from './list/index.ts'

export function Page() {
  return (
    <Routes>
      <Route index element={<HostList />} />
      <Route path="add" element={<AddServer />} />
      <Route path="enrolment/*" element={<Enrolment />} />
      <Route path="groups" element={<Groups />} />
      <Route path=":host/*" element={<HostPage />} />
      <Route path="*" element={<NotFoundState />} />
    </Routes>
  )
}
