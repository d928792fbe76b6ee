const timeOfDay = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' })
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })
const exactly = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' })

/** When the server got it; an empty place before that. */
export function When({ time }: { readonly time: number | undefined }) {
  if (time === undefined) return <span className="when" />
  const date = new Date(time)
  const isToday = date.toDateString() === new Date().toDateString()
  return (
    <time className="when" dateTime={date.toISOString()} title={`Saved ${exactly.format(date)}`}>
      {(isToday ? timeOfDay : day).format(date)}
    </time>
  )
}
