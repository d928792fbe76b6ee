import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

/** A host that serves a folder by HTTP, in a process of its own. */
export interface HostProcess {
  readonly port: number
  readonly url: string
  kill(): void
  /** Ends it in order. */
  end(): Promise<void>
}

export async function hostProcess(program: string, folder: string, pollTime: number): Promise<HostProcess> {
  const child: ChildProcess = fork(program, [folder, String(pollTime)])
  const exit = once(child, 'exit')
  const [port] = (await once(child, 'message')) as [number]
  return {
    port,
    url: `http://127.0.0.1:${port}/millrace`,
    kill: () => child.kill('SIGKILL'),
    async end() {
      child.disconnect()
      await exit
    },
  }
}
