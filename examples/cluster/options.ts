import { parseArgs } from 'node:util'

export interface Options {
  readonly port: number
  readonly data: string
  /** A Redis that runs already. */
  readonly redis: string | undefined
  /** Hosts that run already. */
  readonly hosts: readonly string[]
  readonly help: boolean
}

export const help = `Serves the todo lists from three hosts that share a Redis, and a page on which to kill them.

  npm run example:cluster                        on http://localhost:8080
  npm run example:cluster -- --port 9000         or PORT=9000 npm run example:cluster
  npm run example:cluster -- --redis redis://localhost:6379

  --port    where the balancer listens; the hosts and Redis take the next four ports;
            0 takes five free ones                                  default 8080
  --redis   a Redis that runs already, or REDIS_URL                 default one of its own
  --data    the folder of its own Redis, made if need be            default ./data/cluster
  --hosts   hosts that run already, by comma, and only to balance:
            http://10.0.0.1:8080,http://10.0.0.2:8080
  --help    shows this`

/** Reads the command line, `PORT` and `REDIS_URL`. Throws with a message for people where it makes no sense. */
export function readOptions(args: readonly string[], env: NodeJS.ProcessEnv): Options {
  const { port, data, redis, hosts, help } = parse(args)
  return {
    port: portIn(port ?? env.PORT ?? '8080'),
    data,
    redis: urlOf('Redis', redis ?? env.REDIS_URL, ['redis:', 'rediss:']),
    hosts: (hosts?.split(',') ?? []).flatMap((text) => urlOf('host', text.trim(), ['http:']) ?? []),
    help,
  }
}

// The next four must be ports too.
const lastPort = 65_531

function portIn(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > lastPort) {
    throw new Error(`'${text}' is not a port with four behind it. Start with --port 8080.`)
  }
  return Number(text)
}

function urlOf(what: string, text: string | undefined, protocols: readonly string[]): string | undefined {
  if (text === undefined || text === '') return undefined
  if (!URL.canParse(text) || !protocols.includes(new URL(text).protocol)) {
    throw new Error(`'${text}' is not the URL of a ${what}. It begins with ${protocols[0]}//`)
  }
  return text
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        data: { type: 'string', default: './data/cluster' },
        redis: { type: 'string' },
        hosts: { type: 'string' },
        help: { type: 'boolean', default: false, short: 'h' },
      },
    }).values
  } catch (error) {
    throw new Error(`${(error as Error).message}. What there is: npm run example:cluster -- --help`)
  }
}
