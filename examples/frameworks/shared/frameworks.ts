/** The pages there are, by path, and what each is made with. */
export const frameworks = {
  react: 'React',
  vue: 'Vue',
  svelte: 'Svelte',
  angular: 'Angular',
  solid: 'Solid',
  plain: 'Plain DOM',
} as const
