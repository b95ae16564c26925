/** A report that will never be stored, with the plain reason that people and the agent's log read. */
export class ReportRefused extends Error {
  override readonly name = 'ReportRefused'
}
