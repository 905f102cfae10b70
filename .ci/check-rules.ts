// Runs the dependency rules, then writes one violation of each rule and requires that the check fails with this rule:
// a checker that reads no modules would report no violations.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const violations: readonly { readonly rule: string; readonly file: string; readonly code: string }[] = [
  {
    rule: 'adapters-import-only-core',
    file: 'packages/express/src/violation.ts',
    code: "import { decide } from '../../prover/src/evaluator/index.ts';\nexport const violation: unknown = decide;\n",
  },
  {
    rule: 'unresolved',
    file: 'packages/express/src/violation.ts',
    code: "import { decide } from '@tenant-aws/prover/evaluator';\nexport const violation: unknown = decide;\n",
  },
  {
    rule: 'no-package-imports-an-adapter',
    file: 'packages/core/src/violation.ts',
    code: "import { scoped } from '../../express/src/index.ts';\nexport const violation: unknown = scoped;\n",
  },
  {
    rule: 'core-imports-only-policy',
    file: 'packages/core/src/violation.ts',
    code: "import { decide } from '../../prover/src/evaluator/index.ts';\nexport const violation: unknown = decide;\n",
  },
  {
    rule: 'imports-use-entry-points',
    file: 'packages/express/src/violation.ts',
    code: "import { NoTenantError } from '../../core/src/errors.ts';\nexport const violation: unknown = NoTenantError;\n",
  },
  {
    rule: 'identity-imports-no-credentials',
    file: 'packages/core/src/identity/violation.ts',
    code: "import type { TenantCredentials } from '../credentials/credentials.ts';\nexport type Violation = TenantCredentials;\n",
  },
  {
    rule: 'credentials-import-no-clients',
    file: 'packages/core/src/credentials/violation.ts',
    code: "import type { Settings } from '../configuration/settings.ts';\nexport type Violation = Settings;\n",
  },
  {
    rule: 'policy-has-no-aws-sdk',
    file: 'packages/policy/src/violation.ts',
    code: "import type { AwsCredentialIdentity } from '../../core/node_modules/@smithy/types/dist-types/index.d.ts';\nexport type Violation = AwsCredentialIdentity;\n",
  },
  {
    rule: 'evaluator-is-pure',
    file: 'packages/prover/src/evaluator/violation.ts',
    code: "import type { Decision } from '../index.ts';\nexport type Violation = Decision;\n",
  },
  {
    rule: 'local-imports-only-the-evaluator',
    file: 'packages/local/src/violation.ts',
    code: "import type { PolicyDocument } from '../../policy/src/index.ts';\nexport type Violation = PolicyDocument;\n",
  },
  {
    rule: 'local-testing-imports-only-policy',
    file: 'packages/local/src/testing/violation.ts',
    code: "import { currentTenantAws } from '../../../core/src/index.ts';\nexport const violation: unknown = currentTenantAws;\n",
  },
  {
    rule: 'no-circles',
    file: 'packages/core/src/violation.ts',
    code: "import type { Violation } from './violation.ts';\nexport type Other = Violation;\nexport type Violation2 = Other;\n",
  },
];

/** One violation of each lint rule that keeps the contexts of tenants apart. */
const lintViolations: readonly { readonly rule: string; readonly file: string; readonly code: string }[] = [
  {
    rule: 'enterWith',
    file: 'packages/core/src/violation.ts',
    code: "import { AsyncLocalStorage } from 'node:async_hooks';\nnew AsyncLocalStorage<number>().enterWith(1);\n",
  },
  { rule: 'process-env', file: 'packages/core/src/violation.ts', code: 'export const violation: string | undefined = process.env.HOME;\n' },
  {
    rule: 'floating',
    file: 'packages/core/src/violation.ts',
    code: 'async function late(): Promise<void> {}\nexport function violation(): void {\n  late();\n}\n',
  },
];

function run(command: string, args: readonly string[]): { readonly status: number; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8', shell: false });
  return { status: status ?? 1, output: `${stdout}${stderr}` };
}

const cruise = () => run('depcruise', ['--config', '.dependency-cruiser.json', 'packages', 'templates', 'examples']);
const lint = (file: string) => run('oxlint', ['--deny-warnings', file]);

function withViolation<T>(file: string, code: string, check: () => T): T {
  const path = `${root}${file}`;
  if (existsSync(path)) throw new Error(`${file} already exists: remove it, it is written and deleted by this script`);
  try {
    writeFileSync(path, code);
    return check();
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
report(clean.status === 0 && /\b[1-9]\d{1,} modules\b/.test(clean.output), 'no module violates a dependency rule', clean.output);
for (const { rule, file, code } of violations) {
  const { status, output } = withViolation(file, code, cruise);
  report(status !== 0 && output.includes(rule), `a violation of ${rule} fails the check`, output.slice(-2_000));
}
for (const { rule, file, code } of lintViolations) {
  const { status, output } = withViolation(file, code, () => lint(file));
  report(status !== 0 && output.includes(rule), `a violation of ${rule} fails lint`, output.slice(-2_000));
}
process.exitCode = failures > 0 ? 1 : 0;
