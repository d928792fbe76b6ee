/** What a host says of itself. */
export interface Health {
  /** `silent` is one that does not answer. */
  readonly state: 'well' | 'unwell' | 'silent'
  readonly sessions: number
  readonly documents: number
  /** How it stands with its Redis, in words. */
  readonly redis: string
}

/** A host, as the page shows it. */
export interface HostState extends Health {
  readonly name: string
  readonly url: string
  /** Whether its process runs, where that is known. */
  readonly isRunning?: boolean
}

/** What the page shows. */
export interface ClusterState {
  readonly hosts: readonly HostState[]
  /** Where the Redis is. */
  readonly redis?: string
}
