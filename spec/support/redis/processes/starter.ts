import { running } from '../running.ts'

// Starts what it is told to, and stays.

const [program, ...args] = process.argv.slice(2)
void running(program as string, args).over.then(() => process.exit(1))
