// A local AWS in a process of its own: what it remembers must not count as memory of the machine.
import type { Fault } from '@tenant-aws/local';
import { startNotesAws } from '../support/notes-aws.ts';

/** What the soak asks of it. */
export type Order = { readonly fault: { readonly service: 'sts' | 's3'; readonly fault: Fault } } | 'clear' | 'calls';

const aws = await startNotesAws();
process.on('message', (order: Order) => {
  if (order === 'clear') aws.faults.clear();
  else if (order === 'calls') process.send?.({ calls: aws.calls.splice(0) });
  else aws.faults[order.fault.service](order.fault.fault);
});
process.on('disconnect', () => void aws.close());
process.send?.({ url: aws.url, env: aws.env });
