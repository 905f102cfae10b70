/** The environment of this process: that of the app under test. The only place of this package that reads it. */
export function processEnvironment(): NodeJS.ProcessEnv {
  return process.env;
}

/** Makes the environment of this process equal to `before`, including variables that the app has set. */
export function restoreEnvironment(before: NodeJS.ProcessEnv): void {
  const environment = processEnvironment();
  for (const name of Object.keys(environment)) if (!(name in before)) delete environment[name];
  Object.assign(environment, before);
}
