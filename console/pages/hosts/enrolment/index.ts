export { Enrolment } from './enrolment.tsx'
export { PendingEnrolment } from './pending-enrolment.tsx'
