import { parseArgs } from 'node:util'
import { isWay, type Way, ways } from '../todo/way-names.ts'

export interface Options {
  readonly port: number
  readonly data: string
  /** How pages reach the server, unless somebody chooses otherwise there. */
  readonly transport: Way
  readonly help: boolean
}

export const help = `Serves a shared todo list, and a page that shows how Flushout works.

  npm start                          on http://localhost:8080, data in ./data
  npm start -- --port 8081           or PORT=8081 npm start
  npm start -- --data /var/lib/todo  keeps the lists somewhere else
  npm start -- --transport http      pages poll by HTTP in place of a WebSocket

  --port        the port to listen on; 0 takes a free one        default 8080
  --data        the folder for the lists, made if need be        default ./data
  --transport   how pages reach it; they have a switch, too      default socket-io
                  socket-io          by WebSocket
                  http               by HTTP polling
                  ladder             by WebSocket, or by polling where that does not get through
                  shared             by one WebSocket for all tabs of a browser
                  broadcast-channel  not at all: a browser's open tabs keep lists of their own
  --help        shows this`

/** Reads the command line, and `PORT`. Throws with a message for people where it makes no sense. */
export function readOptions(args: readonly string[], env: NodeJS.ProcessEnv): Options {
  const { port, data, transport, help } = parse(args)
  const chosen = port ?? env.PORT ?? '8080'
  if (!/^\d{1,5}$/.test(chosen) || Number(chosen) > 65_535) {
    throw new Error(`'${chosen}' is not a port. Start with PORT=8080 npm start.`)
  }
  if (!isWay(transport)) {
    throw new Error(`'${transport}' is no transport. There are ${Object.keys(ways).join(', ')}.`)
  }
  return { port: Number(chosen), data, transport, help }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        data: { type: 'string', default: './data' },
        transport: { type: 'string', default: 'socket-io' },
        help: { type: 'boolean', default: false, short: 'h' },
      },
    }).values
  } catch (error) {
    throw new Error(`${(error as Error).message}. What there is: npm start -- --help`)
  }
}
