import { Component, type ReactNode } from 'react'
import { ErrorState } from '../parts/index.ts'

interface Props {
  readonly children: ReactNode
}

/** A page that breaks takes nothing else with it. */
export class ErrorBoundary extends Component<Props, { readonly error: Error | undefined }> {
  override state = { error: undefined }

  static getDerivedStateFromError(error: unknown) {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override render() {
    const { error } = this.state
    if (error === undefined) return this.props.children
    return <ErrorState error={error} retry={() => this.setState({ error: undefined })} />
  }
}
