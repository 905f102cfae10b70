import { Faults } from '@tenant-aws/policy';
import { isObject } from '@tenant-aws/policy/json';
import { optionsElsewhere } from '../option-places.ts';
import { readTenantClaim } from './tenant-claim.ts';
import { readUrl } from './trusted-url.ts';

export interface AlbOidcOptions {
  /** The ARN of the Application Load Balancer that signs the tokens. Those of every other load balancer are refused. */
  readonly loadBalancerArn: string;
  /** The id of the client with which the load balancer authenticates users. */
  readonly clientId: string;
  /** The exact issuer in the load balancer's authenticate action. */
  readonly issuer: string;
  /** The claim with the tenant id: a literal name, or an array of names as a path. Default: `custom:tenant_id`. */
  readonly tenantClaim?: string | readonly string[] | undefined;
  /**
   * The address of the public keys, before `/` and the key id: https, or http on loopback. Default: that of Elastic Load Balancing in the Region
   * of the load balancer. Required in partitions other than `aws` and `aws-us-gov`.
   */
  readonly keysUrl?: string | undefined;
}

/** The checked options. */
export interface AlbOidcSettings {
  readonly loadBalancerArn: string;
  readonly clientId: string;
  readonly issuer: string;
  readonly tenantClaim: readonly string[];
  /** Without a slash at the end. */
  readonly keysUrl: string;
}

const NAMES = ['loadBalancerArn', 'clientId', 'issuer', 'tenantClaim', 'keysUrl'];
const ARN =
  /^arn:(aws(?:-[a-z]+)*):elasticloadbalancing:([a-z]{2,}(?:-[a-z]+)+-\d):\d{12}:loadbalancer\/app\/[A-Za-z0-9-]{1,32}\/[0-9a-f]{16}$/;
const GOV_REGIONS: readonly string[] = ['us-gov-west-1', 'us-gov-east-1'];

/** @throws {@link ConfigurationError} with every fault */
export function readAlbOidcOptions(given: AlbOidcOptions): AlbOidcSettings {
  const faults = new Faults();
  if (!isObject(given)) faults.add('the options of `albOidc` must be an object with `loadBalancerArn`, `clientId` and `issuer`');
  faults.throwIfAny();
  const { loadBalancerArn, clientId, issuer, tenantClaim, keysUrl, ...unknown }: Partial<AlbOidcOptions> = given;
  faults.noneOf('', unknown, NAMES, optionsElsewhere('albOidc'));
  const settings = {
    loadBalancerArn: readText(loadBalancerArn, 'loadBalancerArn', 'the ARN of the load balancer that signs the tokens', faults),
    clientId: readText(clientId, 'clientId', "the client id in the load balancer's authenticate action", faults),
    issuer: readText(issuer, 'issuer', "the issuer in the load balancer's authenticate action", faults),
    tenantClaim: readTenantClaim(tenantClaim, 'tenantClaim', faults),
    keysUrl: keysUrl === undefined ? defaultKeysUrl(loadBalancerArn, faults) : readKeysUrl(keysUrl, faults),
  };
  if (settings.loadBalancerArn !== '' && !ARN.test(settings.loadBalancerArn))
    faults.option(
      'loadBalancerArn',
      'must be the ARN of an Application Load Balancer, such as arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/notes/50dc6c495c0c9188',
    );
  faults.throwIfAny();
  return settings;
}

function readText(given: unknown, name: string, meaning: string, faults: Faults): string {
  if (typeof given === 'string' && given !== '' && given.trim() === given) return given;
  faults.option(name, `is required: ${meaning}, without whitespace at its ends`);
  return '';
}

/** @see Elastic Load Balancing User Guide for Application Load Balancers, "User claims encoding and signature verification" */
function defaultKeysUrl(arn: unknown, faults: Faults): string {
  const [, partition, region = ''] = (typeof arn === 'string' && ARN.exec(arn)) || [];
  if (partition === undefined) return ''; // the ARN is a fault
  if (partition === 'aws') return `https://public-keys.auth.elb.${region}.amazonaws.com`;
  if (partition === 'aws-us-gov' && GOV_REGIONS.includes(region))
    return `https://s3-${region}.amazonaws.com/aws-elb-public-keys-prod-${region}`;
  faults.option('keysUrl', `is required: the address of the load balancer's public keys is not known for \`${partition}\` and ${region}`);
  return '';
}

function readKeysUrl(given: unknown, faults: Faults): string {
  const url = readUrl(given, 'keysUrl', faults);
  if (url !== undefined && /[?#]/.test(url.href)) faults.option('keysUrl', 'must have no query and no fragment');
  return url?.href.replace(/\/+$/, '') ?? '';
}
