import type { PolicyDocument } from '@tenant-aws/policy';

/** One request as IAM sees it. A context key that the service did not send is an absent property. Context keys compare case-insensitively. */
export interface IamRequest {
  /** `s3:GetObject` */
  readonly action: string;
  /** The full ARN, or `*` where the action has no resource. */
  readonly resource: string;
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

/** Every policy that bears on a request: the rights are role ∩ session. */
export interface Policies {
  /** The role's own policies: a union. */
  readonly role: readonly PolicyDocument[];
  /** The session policy, where the session has one: it can only narrow. */
  readonly session?: PolicyDocument;
}

/** A decision, and what led to it. */
export interface Decision {
  readonly decision: 'allow' | 'explicit-deny' | 'implicit-deny';
  readonly because: { readonly statement?: string; readonly reason: string };
}
