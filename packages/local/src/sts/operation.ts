import type { Form } from '../query-protocol.ts';
import type { Clock, Operation, VerifiedRequest } from '../services/service.ts';
import type { Sessions } from '../sessions.ts';
import type { IdentityProvider } from './identity-provider.ts';
import type { Role } from './roles.ts';

/** What STS operations work with. */
export interface StsContext {
  readonly roles: ReadonlyMap<string, Role>;
  readonly sessions: Sessions;
  /** The user whose keys are in `aws.env`. A role without a trust policy trusts this user only. */
  readonly baseArn: string;
  readonly clock: Clock;
  /** The OpenID Connect providers of the account, by the `iss` of their tokens. */
  readonly providers: ReadonlyMap<string, IdentityProvider>;
}

/** One operation of STS: its parameters, and the permissions it requires. A parameter that is not listed is refused. */
export interface StsOperation {
  readonly operation: string;
  /** The request has no signature; it carries its own proof. */
  readonly unsigned?: true;
  /** The permissions that every request requires. */
  readonly actions: readonly string[];
  /** The permissions that some requests require, and which requests. */
  readonly furtherActions?: readonly (readonly [action: string, when: string])[];
  /** The condition keys of the operation, in addition to the global ones. `*` stands for a tag key, `<provider>` for a provider's URL. */
  readonly conditionKeys?: readonly string[];
  /** Names; `Name.member.*` for a list. */
  readonly parameters: readonly string[];
  readonly parse: (request: VerifiedRequest, form: Form, context: StsContext) => Operation | Promise<Operation>;
}
