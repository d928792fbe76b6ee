/** @jest-config-loader esbuild-register */
import type { Config } from 'jest'

/** Specs import entries by their published names and get the sources; what is in spec/package/ gets the built package. */
async function configure(): Promise<Config> {
  const { entries } = await import('./spec/checks/entries.mjs')
  const common: Config = {
    testEnvironment: 'node',
    extensionsToTreatAsEsm: ['.ts', '.tsx'],
    transform: {
      '^.+\\.tsx?$': ['ts-jest', { useESM: true, tsconfig: '<rootDir>/tsconfig.json', diagnostics: false }],
    },
    moduleNameMapper: Object.fromEntries(entries.map(({ name, source }) => [`^${name}$`, `<rootDir>/${source}`])),
  }
  return {
    projects: [
      {
        ...common,
        displayName: 'source',
        roots: ['<rootDir>/spec'],
        testMatch: ['**/*.spec.ts', '**/*.spec.tsx'],
        testPathIgnorePatterns: ['<rootDir>/spec/package/'],
      },
      {
        ...common,
        displayName: 'package',
        roots: ['<rootDir>/spec/package'],
        testMatch: ['**/*.spec.ts'],
        globalSetup: '<rootDir>/spec/package/setup.mjs',
        globalTeardown: '<rootDir>/spec/package/teardown.mjs',
      },
    ],
  }
}

export default configure
