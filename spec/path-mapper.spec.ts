import { describe, expect, it } from '@jest/globals'
import { PathMapper } from '../lib/index.ts'

describe('A path mapper', () => {
  it('maps what lies below a renamed place, by the longest rename', () => {
    const mapper = new PathMapper({ 'todos,1': ['todos', '7'], 'todos,1,tags,2': ['todos', '7', 'tags', '9'] })
    expect(mapper.get(['todos', '1'])).toEqual(['todos', '7'])
    expect(mapper.get(['todos', '1', 'title'])).toEqual(['todos', '7', 'title'])
    expect(mapper.get(['todos', '1', 'tags', '2', 'name'])).toEqual(['todos', '7', 'tags', '9', 'name'])
    expect(mapper.get(['todos', '10'])).toBeUndefined()
    expect(mapper.get(['todos'])).toBeUndefined()
    expect(mapper.get([])).toBeUndefined()
  })

  it('maps once: a place that another was renamed to is no rename of that', () => {
    const mapper = new PathMapper()
    mapper.put(['1'], ['2'])
    mapper.put(['2'], ['3'])
    expect(mapper.get(['1'])).toEqual(['2'])
    expect(mapper.get(['2', 'a'])).toEqual(['3', 'a'])
  })

  it('takes the newest where a place was renamed again, and gives back what it knows', () => {
    const mapper = new PathMapper({ 'a,b': ['a', 'c'] })
    mapper.put(['a', 'b'], ['a', 'd'])
    mapper.put(['x'], ['y'])
    expect(mapper.getMappings()).toEqual({ 'a,b': ['a', 'd'], x: ['y'] })
    expect(new PathMapper(mapper.getMappings()).get(['a', 'b'])).toEqual(['a', 'd'])
  })

  it('does not confuse paths whose keys hold commas', () => {
    const mapper = new PathMapper()
    mapper.put(['a,b', 'c'], ['a,b', 'd'])
    expect(mapper.get(['a', 'b', 'c'])).toBeUndefined()
    expect(mapper.get(['a,b', 'c'])).toEqual(['a,b', 'd'])
  })
})
