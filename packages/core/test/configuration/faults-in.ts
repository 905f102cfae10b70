import { ConfigurationError } from '@tenant-aws/core';
import { expect } from 'vitest';

/** The faults of the ConfigurationError that `act` throws; none where it throws nothing. */
export function faultsIn(act: () => unknown): readonly string[] {
  try {
    act();
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    expect(error).toMatchObject({ code: 'configuration_invalid', status: 500 });
    return error.faults;
  }
}
