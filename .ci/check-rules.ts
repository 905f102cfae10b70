// Runs the dependency rules, then plants one violation of each kind and demands that the rule for it turns red:
// a checker that sees no modules reports no violations either.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const planted: readonly { readonly rule: string; readonly file: string; readonly code: string }[] = [
  {
    rule: 'adapters-know-only-core',
    file: 'packages/express/src/planted.ts',
    code: "import { decide } from '../../prover/src/evaluator/index.ts';\nexport const planted: unknown = decide;\n",
  },
  {
    rule: 'unresolved',
    file: 'packages/express/src/planted.ts',
    code: "import { decide } from '@tenant-aws/prover/evaluator';\nexport const planted: unknown = decide;\n",
  },
  {
    rule: 'nobody-knows-an-adapter',
    file: 'packages/core/src/planted.ts',
    code: "import { scoped } from '../../express/src/index.ts';\nexport const planted: unknown = scoped;\n",
  },
  {
    rule: 'core-knows-only-policy',
    file: 'packages/core/src/planted.ts',
    code: "import { decide } from '../../prover/src/evaluator/index.ts';\nexport const planted: unknown = decide;\n",
  },
  {
    rule: 'one-door-per-package',
    file: 'packages/express/src/planted.ts',
    code: "import { NoTenantError } from '../../core/src/errors.ts';\nexport const planted: unknown = NoTenantError;\n",
  },
  {
    rule: 'identity-and-credentials-are-strangers',
    file: 'packages/core/src/identity/planted.ts',
    code: "import type { TenantCredentials } from '../credentials/credentials.ts';\nexport type Planted = TenantCredentials;\n",
  },
  {
    rule: 'credentials-know-nothing-above-them',
    file: 'packages/core/src/credentials/planted.ts',
    code: "import type { Settings } from '../configuration/settings.ts';\nexport type Planted = Settings;\n",
  },
  {
    rule: 'policy-has-no-aws-sdk',
    file: 'packages/policy/src/planted.ts',
    code: "import type { AwsCredentialIdentity } from '../../core/node_modules/@smithy/types/dist-types/index.d.ts';\nexport type Planted = AwsCredentialIdentity;\n",
  },
  {
    rule: 'evaluator-is-pure',
    file: 'packages/prover/src/evaluator/planted.ts',
    code: "import type { Decision } from '../index.ts';\nexport type Planted = Decision;\n",
  },
  {
    rule: 'local-knows-only-the-evaluator',
    file: 'packages/local/src/planted.ts',
    code: "import type { PolicyDocument } from '../../policy/src/index.ts';\nexport type Planted = PolicyDocument;\n",
  },
  {
    rule: 'no-circles',
    file: 'packages/core/src/planted.ts',
    code: "import type { Planted } from './planted.ts';\nexport type Other = Planted;\nexport type Planted2 = Other;\n",
  },
];

/** The enforced lint rules that keep one tenant's context from another's, planted likewise. */
const lintPlanted: readonly { readonly says: string; readonly file: string; readonly code: string }[] = [
  {
    says: 'enterWith',
    file: 'packages/core/src/planted.ts',
    code: "import { AsyncLocalStorage } from 'node:async_hooks';\nnew AsyncLocalStorage<number>().enterWith(1);\n",
  },
  { says: 'process-env', file: 'packages/core/src/planted.ts', code: 'export const planted: string | undefined = process.env.HOME;\n' },
  {
    says: 'floating',
    file: 'packages/core/src/planted.ts',
    code: 'async function late(): Promise<void> {}\nexport function planted(): void {\n  late();\n}\n',
  },
];

function run(command: string, args: readonly string[]): { readonly status: number; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8', shell: false });
  return { status: status ?? 1, output: `${stdout}${stderr}` };
}

const cruise = () => run('depcruise', ['--config', '.dependency-cruiser.json', 'packages', 'templates', 'examples']);
const lint = (file: string) => run('oxlint', ['--deny-warnings', file]);

function withPlanted<T>(file: string, code: string, look: () => T): T {
  const path = `${root}${file}`;
  if (existsSync(path)) throw new Error(`${file} exists already`);
  try {
    writeFileSync(path, code);
    return look();
  } finally {
    rmSync(path, { force: true });
  }
}

let failures = 0;
const report = (ok: boolean, line: string, output = ''): void => {
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${line}`);
  if (ok) return;
  failures += 1;
  if (output) console.log(output);
};

const clean = cruise();
report(clean.status === 0 && /\b[1-9]\d{1,} modules\b/.test(clean.output), 'the dependency rules hold, and saw the modules', clean.output);
for (const { rule, file, code } of planted) {
  const { status, output } = withPlanted(file, code, cruise);
  report(status !== 0 && output.includes(rule), `a planted violation of ${rule} turns the check red`, output.slice(-2_000));
}
for (const { says, file, code } of lintPlanted) {
  const { status, output } = withPlanted(file, code, () => lint(file));
  report(status !== 0 && output.includes(says), `a planted ${says} turns lint red`, output.slice(-2_000));
}
process.exitCode = failures > 0 ? 1 : 0;
