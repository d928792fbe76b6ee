import { readFileSync } from 'node:fs'

/** Names this process, now and for good: its number alone is given to others once it is gone. */
export const thisProcess = (): string => `${process.pid}~${startOf(process.pid) ?? unknown}`

/**
 * Whether a process with such a name runs. Where the system does not show when a process began, another one with its
 * number is taken for it.
 */
export function isRunning(name: string): boolean {
  const [number = '', start] = name.split('~')
  const pid = Number(number)
  if (start !== unknown) return startOf(pid) === start
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

const unknown = ''

/** When it began, by the boot of the machine and the ticks since; of one that is gone, nothing. */
function startOf(pid: number): string | undefined {
  try {
    // Behind its name, which may hold anything: its state, 17 fields later how many threads it has, then its start.
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ')
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').slice(0, 8)
    return isGone(fields[0], Number(fields[17])) ? undefined : `${boot}-${fields[19]}`
  } catch {
    return undefined
  }
}

/** One that was killed is not gone before the last of its threads: that may be in the midst of a write. */
const isGone = (state: string | undefined, threads: number): boolean => state === 'X' || (state === 'Z' && threads <= 1)
