/** @jest-config-loader esbuild-register */
import type { Config } from 'jest'

/**
 * The specs of the sources, those of the built package, those of the built examples, those of the bindings in built pages; the
 * simulator and the benches, which need the processors for themselves; and, run by themselves, those that break real processes and
 * pages, and those that plant bugs for the simulator to find. A spec that imports an entry by its published name
 * gets the source.
 */
async function configure(): Promise<Config> {
  const { entries } = await import('./spec/checks/entries.mjs')
  const common: Config = {
    testEnvironment: 'node',
    testMatch: ['**/*.spec.ts', '**/*.spec.tsx'],
    extensionsToTreatAsEsm: ['.ts', '.tsx'],
    transform: {
      '^.+\\.tsx?$': ['ts-jest', { useESM: true, tsconfig: '<rootDir>/tsconfig.json', diagnostics: false }],
      '^.+\\.lua$': '<rootDir>/spec/support/text-module.mjs',
    },
    moduleNameMapper: Object.fromEntries(entries.map(({ name, source }) => [`^${name}$`, `<rootDir>/${source}`])),
  }
  return {
    // Long enough for a busy machine: specs wait for events, and this only ends one that waits in vain.
    testTimeout: 60_000,
    projects: [
      {
        ...common,
        displayName: 'source',
        roots: ['<rootDir>/spec'],
        testPathIgnorePatterns: ['<rootDir>/spec/(package|examples|bindings|simulator|bench|faults)/', '/troubled/'],
      },
      {
        ...common,
        displayName: 'simulator',
        roots: ['<rootDir>/spec/simulator'],
        testPathIgnorePatterns: ['<rootDir>/spec/simulator/planted/'],
      },
      {
        ...common,
        displayName: 'planted',
        roots: ['<rootDir>/spec/simulator/planted'],
      },
      {
        ...common,
        displayName: 'bench',
        roots: ['<rootDir>/spec/bench'],
      },
      {
        ...common,
        displayName: 'package',
        roots: ['<rootDir>/spec/package'],
        globalSetup: '<rootDir>/spec/package/setup.mjs',
        globalTeardown: '<rootDir>/spec/package/teardown.mjs',
      },
      {
        ...common,
        displayName: 'examples',
        roots: ['<rootDir>/spec/examples'],
        testPathIgnorePatterns: ['/troubled/'],
        globalSetup: '<rootDir>/spec/examples/setup.mjs',
      },
      {
        ...common,
        displayName: 'troubled',
        roots: ['<rootDir>/spec'],
        testMatch: ['**/troubled/*.spec.ts'],
        globalSetup: '<rootDir>/spec/examples/setup.mjs',
      },
      {
        ...common,
        displayName: 'bindings',
        roots: ['<rootDir>/spec/bindings'],
        globalSetup: '<rootDir>/spec/bindings/setup.mjs',
      },
      {
        ...common,
        displayName: 'faults',
        roots: ['<rootDir>/spec/faults'],
      },
    ],
  }
}

export default configure
