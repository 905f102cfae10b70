/** The oldest supported Node.js, as in `engines` of every package.json. */
const MINIMUM = '22.12';

/** @throws {@link Error} with the version that was found and the version that is needed */
export function assertNodeVersion(found: string): void {
  const [major = 0, minor = 0] = found.split('.').map(Number);
  const [neededMajor = 0, neededMinor = 0] = MINIMUM.split('.').map(Number);
  if (major > neededMajor || (major === neededMajor && minor >= neededMinor)) return;
  throw new Error(`Tenant AWS needs Node.js ${MINIMUM} or later, and this is Node.js ${found}: install a later version`);
}

// Every entry point imports this file before all others, so that an older Node.js fails with this sentence, and not later with another.
assertNodeVersion(process.versions.node);
