import type { LocalAws, LocalAwsOptions } from '@tenant-aws/local';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { sharedFixture } from './fixture.ts';
import { enterEnvironment, startNotesAws } from './notes-aws.ts';

/** A local AWS with the notes API's bucket, table and role for all of a file; each test begins with no call seen and no fault ordered. */
export function localAws(options?: Partial<LocalAwsOptions>): LocalAws {
  const aws = sharedFixture(
    () => startNotesAws(options),
    (started) => started.close(),
  );
  beforeEach(() => {
    aws.calls.length = 0;
  });
  afterEach(() => aws.faults.clear());
  return aws;
}

/** The same, and this process's environment made for it. */
export function notesAws(options?: Partial<LocalAwsOptions>): LocalAws {
  const aws = localAws(options);
  let leaveEnvironment: (() => void) | undefined;
  beforeAll(() => {
    leaveEnvironment = enterEnvironment(aws);
  });
  afterAll(() => leaveEnvironment?.());
  return aws;
}
