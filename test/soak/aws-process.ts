// A local AWS in its own process, so that its memory is not measured with that of the token vending machine.
import type { Fault } from '@tenant-aws/local';
import { startNotesAws } from '../support/notes-aws.ts';

/** A message of the soak test to this process. */
export type Command = { readonly fault: { readonly service: 'sts' | 's3'; readonly fault: Fault } } | 'clear' | 'calls';

const aws = await startNotesAws();
process.on('message', (command: Command) => {
  if (command === 'clear') aws.faults.clear();
  else if (command === 'calls') process.send?.({ calls: aws.calls.splice(0) });
  else aws.faults[command.fault.service](command.fault.fault);
});
process.on('disconnect', () => void aws.close());
process.send?.({ url: aws.url, env: aws.env });
