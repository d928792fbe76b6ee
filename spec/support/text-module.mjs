/** A file that is imported as the text that it is. */
export default {
  process: (text) => ({ code: `module.exports = ${JSON.stringify(text)}` }),
  processAsync: async (text) => ({ code: `export default ${JSON.stringify(text)}` }),
}
