import { frameworks } from './shared/frameworks.ts'

const { search } = location

document.getElementById('windows')?.append(
  ...Object.entries(frameworks).map(([path, title]) => {
    const frame = document.createElement('iframe')
    Object.assign(frame, { title, src: `/${path}${search}` })
    return frame
  }),
)
