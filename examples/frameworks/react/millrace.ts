import { millraceHooks } from 'millrace/bindings/react'
import type { documents } from '../../todo/documents.ts'

export const { MillraceProvider, useProxy } = millraceHooks<typeof documents>()
