import type { LocalAws, LocalAwsOptions } from '@tenant-aws/local';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { sharedFixture } from './fixture.ts';
import { enterEnvironment, startNotesAws } from './notes-aws.ts';

/** A local AWS with the bucket, the table and the role of the notes API, for all tests of a file. Each test starts with empty `calls` and without faults. */
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

/** The same, with the environment of this process set for it. */
export function notesAws(options?: Partial<LocalAwsOptions>): LocalAws {
  const aws = localAws(options);
  let leaveEnvironment: (() => void) | undefined;
  beforeAll(() => {
    leaveEnvironment = enterEnvironment(aws);
  });
  afterAll(() => leaveEnvironment?.());
  return aws;
}
