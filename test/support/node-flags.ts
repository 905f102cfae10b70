/** The flags with which Node runs the TypeScript of this repository without a build. Node 22.12, the minimum, needs a flag to strip types. */
export const nodeFlags: readonly string[] = [
  '--conditions=source',
  ...(process.features.typescript ? [] : ['--experimental-strip-types', '--disable-warning=ExperimentalWarning']),
];
