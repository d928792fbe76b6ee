import { svelte } from '@sveltejs/vite-plugin-svelte'
import react from '@vitejs/plugin-react'
import vue from '@vitejs/plugin-vue'
import solid from 'vite-plugin-solid'
import { angular } from './angular.mjs'

/** What Vite needs to compile the frameworks: each in a folder of its name. `angularMains` are the main files of programs in Angular. */
export const compilers = (angularMains) => [
  react({ include: /\/react\/[^/]+\.tsx$/ }),
  solid({ include: /\/solid\/[^/]+\.tsx$/ }),
  vue(),
  svelte({ configFile: false }),
  angular(angularMains),
]
