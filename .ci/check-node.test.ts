import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const script = fileURLToPath(new URL('check-node.mjs', import.meta.url));

interface Host {
  readonly platform: string;
  readonly arch: string;
  readonly node: string;
}

/** Runs the script in a process that reports another system and another Node. */
function checkOn({ platform, arch, node }: Host) {
  const properties = { platform: { value: platform }, arch: { value: arch }, versions: { value: { node } } };
  const host = `data:text/javascript,Object.defineProperties(process,${JSON.stringify(properties)})`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', host, script], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

it.each<Host>([
  { platform: 'darwin', arch: 'arm64', node: '20.20.0' },
  { platform: 'darwin', arch: 'x64', node: '22.17.1' },
  { platform: 'win32', arch: 'x64', node: '22.12.0' },
  { platform: 'linux', arch: 's390x', node: '18.9.0' },
])('fails with the version found and the version needed: %j', (host) => {
  const { status, stdout, stderr } = checkOn(host);

  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toContain(`This machine has Node.js ${host.node}. On ${host.platform} (${host.arch})`);
  expect(stderr).toContain('need Node.js 22.18 or later');
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
});

it.each<Host>([
  { platform: 'darwin', arch: 'arm64', node: '22.18.0' },
  { platform: 'win32', arch: 'x64', node: '24.0.0' },
  { platform: 'darwin', arch: 'arm64', node: '26.1.0' },
  { platform: 'linux', arch: 'x64', node: '20.20.0' }, // Node 24 is installed as a package there
  { platform: 'linux', arch: 'arm64', node: '20.20.0' },
])('accepts %j', (host) => {
  expect(checkOn(host)).toEqual({ status: 0, stdout: '', stderr: '' });
});
