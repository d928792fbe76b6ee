/** The pages there are, by path, and what each is made with. */
export const frameworks = {
  react: 'React',
} as const
