import { AwsError } from '../../service.ts';
import { validationError } from '../errors.ts';

/** The error of a statement with invalid syntax. It quotes nothing of the statement, which can contain secrets. */
export function notWellFormed(expected: string, at: number): AwsError {
  return validationError(`Statement wasn't well formed, can't be processed: expected ${expected} at character ${at}`);
}

/** The error of a statement that names no leading key: AWS would read the whole table or index. */
export function deniedToEveryone(reason: string): AwsError {
  return new AwsError('AccessDeniedException', 400, `The local AWS denies this statement to every caller: ${reason}`);
}
