import { type SimulationOptions, type SimulationReport, simulate } from './simulate.ts'

/**
 * Looks for less that fails in the same way: fewer clients and hosts, then fewer steps, by halves and quarters and so on.
 * @returns the smallest found, and the options that give it
 */
export async function shrinkSimulation(
  options: SimulationOptions,
  mostRuns = 300,
): Promise<{ readonly options: SimulationOptions; readonly report: SimulationReport }> {
  const { show: _, ...quiet } = options
  let best = { options: quiet as SimulationOptions, report: await simulate(quiet) }
  const { violation } = best.report
  let runs = 0
  const fails = async (candidate: SimulationOptions): Promise<boolean> => {
    if (++runs > mostRuns) return false
    const report = await simulate(candidate)
    if (report.violation?.invariant !== violation?.invariant) return false
    best = { options: { ...candidate, only: report.steps }, report }
    return true
  }
  if (!violation) return best
  for (const clients of [1, 2, 3]) if (await fails({ ...best.options, clients })) break
  if (!(await fails({ ...best.options, hosts: 1 }))) await fails({ ...best.options, hosts: 2 })
  for (
    let size = Math.ceil(best.report.steps.length / 2);
    size >= 1 && runs <= mostRuns;
    size = size > 1 ? Math.ceil(size / 2) : 0
  ) {
    for (let at = 0; at < best.report.steps.length; ) {
      const only = best.report.steps.filter((_, i) => i < at || i >= at + size)
      if (!(await fails({ ...best.options, only }))) at += size
    }
  }
  return best
}
