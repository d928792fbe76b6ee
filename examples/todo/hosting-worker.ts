import { hostLists } from './hosting.ts'

hostLists()
