import { createHash } from 'node:crypto'

/** What stands for a text. */
export const hashOf = (text: string): string => createHash('sha1').update(text).digest('base64url')
