// Adds up the results of the steps and the test reports in one line: `N passed, N failed`.
// The reports alone are not enough: if a file does not load or a rejection is not handled, the report has 0 failed tests.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** @param {string} folder the output of `.ci/run`: `steps`, `expected`, and one JSON report for each test run */
export function summarise(folder) {
  const sum = { passed: 0, failed: 0, skipped: 0, reasons: /** @type {string[]} */ ([]) };
  const fail = (/** @type {string} */ reason, count = 1) => {
    sum.failed += count;
    sum.reasons.push(reason);
  };

  const steps = lines(join(folder, 'steps'));
  if (steps.length === 0) fail('no step ran');
  for (const step of steps) {
    const [name, status] = step.split(' ');
    if (status === '0') sum.passed += 1;
    else fail(`${name} ended with exit code ${status}`);
  }

  for (const name of lines(join(folder, 'expected'))) {
    const file = join(folder, `${name}.json`);
    if (!existsSync(file)) {
      fail(`${name} wrote no report`);
      continue;
    }
    const report = JSON.parse(readFileSync(file, 'utf8'));
    if (!(report.numTotalTests > 0)) fail(`${name} ran no test`);
    sum.passed += report.numPassedTests;
    sum.skipped += report.numPendingTests + report.numTodoTests;
    if (report.numFailedTests > 0) fail(`${name}: ${report.numFailedTests} tests failed`, report.numFailedTests);
    for (const suite of report.testResults) {
      if (suite.status === 'failed' && suite.assertionResults.every((test) => test.status !== 'failed'))
        fail(`${name}: ${suite.name} did not load`);
    }
    if (!report.success && report.numFailedTests === 0) fail(`${name} did not succeed`);
  }
  return sum;
}

function lines(file) {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { passed, failed, skipped, reasons } = summarise(process.argv[2]);
  for (const reason of reasons) console.log(`failed: ${reason}`);
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  process.exitCode = failed > 0 ? 1 : 0;
}
