import type { RedisServer } from './server.ts'

/** A node of a cluster, as one of them knows it. */
export interface Member {
  readonly id: string
  readonly port: number
  readonly busPort: number
  /** The id of whom it follows; absent where it is a master. */
  readonly follows?: string
  /** The slots that are its own, from and to. */
  readonly ranges: readonly (readonly [number, number])[]
}

/** All whom a node knows, itself first. */
export async function membersBy(node: RedisServer): Promise<[Member, ...Member[]]> {
  const lines = String(await node.ask('CLUSTER', 'NODES'))
    .trim()
    .split('\n')
    .sort((one, other) => Number(other.includes('myself')) - Number(one.includes('myself')))
  return lines.map(memberOf) as [Member, ...Member[]]
}

function memberOf(line: string): Member {
  const [id, address, , master, , , , , ...slots] = line.split(' ') as [string, string, string, string, ...string[]]
  const [, port, busPort] = address.split(/[:@,]/).map(Number) as [number, number, number]
  return {
    id,
    port,
    busPort,
    ...(master !== '-' && { follows: master }),
    ranges: slots.filter((range) => !range.startsWith('[')).map(rangeOf),
  }
}

function rangeOf(range: string): [number, number] {
  const [from, to = from] = range.split('-').map(Number) as [number, number?]
  return [from, to]
}

export const owns = ({ ranges }: Member, slot: number): boolean =>
  ranges.some(([from, to]) => from <= slot && slot <= to)
