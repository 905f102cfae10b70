import type { OneOrMany, PolicyDocument } from '@tenant-aws/policy';

/** A request as IAM receives it. A context key that the service did not send is absent. Case is ignored in context keys. */
export interface IamRequest {
  /** `s3:GetObject` */
  readonly action: string;
  /** The full ARN, or `*` if the action has no resource. */
  readonly resource: string;
  /** A string for a single-valued key. A list for a multivalued key, even if this request has one value. */
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

/** The policies of a request: the permissions are role ∩ session. Documents are parsed once: do not change one after its first use. */
export interface Policies {
  /** The policies of the role. Their permissions add up. */
  readonly role: readonly PolicyDocument[];
  /** The session policies, if the session has any. Their permissions add up, and can only narrow those of the role. An empty list allows nothing. */
  readonly session?: OneOrMany<PolicyDocument>;
}

/** A decision and the reason for it. */
export interface Decision {
  readonly decision: 'allow' | 'explicit-deny' | 'implicit-deny';
  readonly because: {
    /**
     * The statement that decided, by its Sid or its index: `session[0]`, `role[1][OwnFolder]` (in the role's second policy).
     * After an implicit deny, the statement that matches the action and came closest to allowing it, if there is one.
     */
    readonly statement?: string;
    /** One sentence for a developer or a log. It has the action and the resource of the request. */
    readonly reason: string;
  };
}
