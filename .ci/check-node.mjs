// Node 24 is installed as a package on Linux only. On other systems every script runs on the Node of the machine, which must run
// TypeScript files without a flag. This file itself runs on any Node.
const { platform, arch, versions } = process;
const [major = 0, minor = 0] = versions.node.split('.').map(Number);
const isInstalled = platform === 'linux' && ['x64', 'arm64'].includes(arch);

if (!isInstalled && (major < 22 || (major === 22 && minor < 18))) {
  console.error(
    `This machine has Node.js ${versions.node}. On ${platform} (${arch}) the scripts of this repository need Node.js 22.18 or later: install it from https://nodejs.org/en/download and run the command again.`,
  );
  process.exitCode = 1;
}
