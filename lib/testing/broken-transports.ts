import type { BrokenTransport } from './transport/broken.ts'
import { brokenEndings } from './transport/broken-endings.ts'
import { brokenHosts } from './transport/broken-hosts.ts'
import { brokenMessages } from './transport/broken-messages.ts'
import { brokenOpenings } from './transport/broken-openings.ts'

export type { BrokenTransport } from './transport/broken.ts'

/** Transports with one fault each, which `transportSuite` rejects: what it lets pass it does not test. */
export const brokenTransports: readonly BrokenTransport[] = [
  ...brokenOpenings,
  ...brokenMessages,
  ...brokenEndings,
  ...brokenHosts,
]
