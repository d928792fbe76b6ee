/** Those that need no packages of the benches' own. */
const own = ['millrace', 'flushout', 'plain']

/** Where a program finds a contender. */
export const contenderPath = (name: string): string => `../contenders/${own.includes(name) ? '' : 'guests/'}${name}.mjs`
