import { createAdapter } from '@socket.io/redis-adapter'
import { Redis } from 'ioredis'
import { reachRoom, serveRoom } from '../../support/room.ts'

export const serve = serveRoom((redis) => createAdapter(new Redis(redis), new Redis(redis)))

export const reach = reachRoom
