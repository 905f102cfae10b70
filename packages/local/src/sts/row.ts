import type { Clock, Operation, VerifiedRequest } from '../services/service.ts';
import type { Sessions } from '../sessions.ts';
import type { Form } from './form.ts';
import type { IdentityProvider } from './identity-provider.ts';
import type { Role } from './roles.ts';

/** What STS works with. */
export interface StsGround {
  readonly roles: ReadonlyMap<string, Role>;
  readonly sessions: Sessions;
  /** The user whose keys are in `aws.env`: a role without a trust policy trusts it alone. */
  readonly baseArn: string;
  readonly clock: Clock;
  /** The OpenID Connect providers of the account, by the `iss` of their tokens. */
  readonly providers: ReadonlyMap<string, IdentityProvider>;
}

/** One operation: its parameters, and what a request of it means. A parameter that is not here is refused. */
export interface StsRow {
  readonly operation: string;
  /** It is not signed: it brings its own proof. */
  readonly unsigned?: true;
  /** Names; `Name.member.*` for a list. */
  readonly parameters: readonly string[];
  readonly understand: (request: VerifiedRequest, form: Form, ground: StsGround) => Operation | Promise<Operation>;
}
