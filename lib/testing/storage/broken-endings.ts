import { MillraceError } from '../../errors.ts'
import { afterOthers, altering, type Break } from './broken.ts'

/** Storages that are wrong about who holds a name, or about their end. */
export const brokenEndings: Readonly<Record<string, Break>> = {
  'lets everybody hold a name': altering(() => ({ hold: async () => () => undefined })),
  'lets one storage hold a name again': altering((sound) => {
    const held = new Set<string>()
    return {
      async hold(name) {
        const letGo = await sound.hold(name)
        if (letGo) held.add(name)
        return letGo ?? (held.has(name) ? () => undefined : undefined)
      },
    }
  }),
  'gives a name to nobody where several ask at once': () => {
    let asked = 0
    return (sound) => ({
      ...sound,
      async hold(name) {
        asked += 1
        const turn = asked
        await afterOthers()
        const isAlone = turn === 1 && asked === 1
        asked -= 1
        return isAlone ? sound.hold(name) : undefined
      },
    })
  },
  'never lets go of a name': altering((sound) => ({
    hold: async (name) => (await sound.hold(name)) && (() => undefined),
  })),
  'lets go of what another holds': () => {
    const holders = new Map<string, () => void>()
    return (sound) => ({
      ...sound,
      async hold(name) {
        const letGo = await sound.hold(name)
        if (letGo) holders.set(name, letGo)
        return letGo && (() => holders.get(name)?.())
      },
    })
  },
  'makes one name of all': altering((sound) => ({ hold: () => sound.hold('all') })),
  'gives names where it cannot tell': altering(() => ({ hold: async () => () => undefined })),
  'drops what is under way when it is closed': altering((sound) => {
    let isClosed = false
    return {
      async write(...write) {
        await undefined
        if (isClosed) throw new MillraceError('closed', 'This storage was closed.')
        return sound.write(...write)
      },
      close() {
        isClosed = true
        return sound.close()
      },
    }
  }),
  'answers on when it is closed': altering(() => ({ close: () => Promise.resolve() })),
  'closes for all': () => {
    let isClosed = false
    return (sound) => ({
      ...sound,
      async write(...write) {
        if (isClosed) throw new MillraceError('closed', 'This storage was closed.')
        return sound.write(...write)
      },
      close() {
        isClosed = true
        return sound.close()
      },
    })
  },
  'forgets what was kept when it is closed': () => {
    let closed = 0
    return (sound) => ({
      ...sound,
      read: async (document, prefix) => (closed > 1 ? [] : sound.read(document, prefix)),
      close() {
        closed += 1
        return sound.close()
      },
    })
  },
}
