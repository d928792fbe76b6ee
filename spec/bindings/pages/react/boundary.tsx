import { Component, type ReactNode } from 'react'

/** Shows what was thrown below it. */
export class Boundary extends Component<{ readonly children: ReactNode }> {
  override state: { readonly error?: Error } = {}

  static getDerivedStateFromError(error: Error) {
    return { error }
  }

  override render() {
    return this.state.error ? <p id="failed">{this.state.error.message}</p> : this.props.children
  }
}
