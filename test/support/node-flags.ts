/** What Node needs to run this repository's TypeScript as it stands: 22.12, the floor, strips types only when told to. */
export const nodeFlags: readonly string[] = [
  '--conditions=source',
  ...(process.features.typescript ? [] : ['--experimental-strip-types', '--disable-warning=ExperimentalWarning']),
];
