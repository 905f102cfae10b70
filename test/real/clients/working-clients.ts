import { run } from './steps-cli.ts';

/** The commands that work. A machine may have two: one of a version manager and one of the system. */
export async function workingOnes(candidates: readonly string[], probe: readonly string[]): Promise<string[]> {
  const results = await Promise.all(candidates.map(async (command) => ({ command, ...(await run(command, probe, process.env)) })));
  return results.filter(({ ok }) => ok).map(({ command }) => command);
}
