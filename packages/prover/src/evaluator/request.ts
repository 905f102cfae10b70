import type { OneOrMany, PolicyDocument } from '@tenant-aws/policy';

/** One request as IAM sees it. A context key that the service did not send is an absent property. Context keys compare case-insensitively. */
export interface IamRequest {
  /** `s3:GetObject` */
  readonly action: string;
  /** The full ARN, or `*` where the action has no resource. */
  readonly resource: string;
  /** One string for a single-valued key, a list for a multivalued one, however many values this request has. */
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

/** Every policy that bears on a request: the rights are role ∩ session. Documents are read once: do not change one after it was given. */
export interface Policies {
  /** The role's own policies: a union. */
  readonly role: readonly PolicyDocument[];
  /** The session policy, or several, where the session has any: a union, which can only narrow the role. An empty list allows nothing. */
  readonly session?: OneOrMany<PolicyDocument>;
}

/** A decision, and what led to it. */
export interface Decision {
  readonly decision: 'allow' | 'explicit-deny' | 'implicit-deny';
  readonly because: {
    /**
     * The statement that decided, by its Sid or its place: `session[0]`, `role[1][OwnFolder]` (of the role's second policy).
     * After an implicit deny, the one that came nearest to allowing; absent if none came near.
     */
    readonly statement?: string;
    /** One sentence for a developer or a log. It repeats the request's action and resource. */
    readonly reason: string;
  };
}
