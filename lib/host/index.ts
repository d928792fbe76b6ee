export { createHost, type Host, type HostConfig, type HostCounts, type HostEvent, type Visitor } from './host.ts'
export type { HostedMaster } from './hosted-master.ts'
export type { Right } from './session.ts'
