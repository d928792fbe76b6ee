import react from '@vitejs/plugin-react'

/** What Vite needs to compile the frameworks. */
export const compilers = () => [react({ include: /\/react\/.*\.tsx$/ })]
