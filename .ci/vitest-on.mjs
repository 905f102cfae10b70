// Runs Vitest on another Node: `node .ci/vitest-on.mjs 22 run …`. These Nodes come as packages for Linux x64; on other systems the
// tests run on the Node of the machine.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [, , version = '', ...args] = process.argv;
const pinned = fileURLToPath(new URL(`node${version}/node_modules/.bin/node`, import.meta.url));
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));

const found = existsSync(pinned);
if (!found)
  console.error(
    `Node.js ${version} is not available as a package for ${process.platform}: the tests run on Node.js ${process.versions.node}.`,
  );
const { status } = spawnSync(found ? pinned : process.execPath, [vitest, ...args], { stdio: 'inherit' });
process.exitCode = status ?? 1;
