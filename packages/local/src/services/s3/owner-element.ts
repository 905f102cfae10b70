import { createHash } from 'node:crypto';
import { element, parent } from './xml-out.ts';

/** The one owner of everything, by a canonical user id that is stable for the account. */
export function ownerElement(account: string, name = 'Owner'): string {
  return parent(name, element('ID', createHash('sha256').update(account).digest('hex')));
}
