import { md5Hex } from '../../checksums.ts';
import { isObject, type Json, type JsonObject } from '@tenant-aws/policy/json';
import { textOf } from '../shape.ts';

/**
 * fauxqs rejects characters above U+FFFF, such as emoji. Each surrogate of one is stored as a private-use character, 0x800 higher.
 * A private-use character in the client's text is stored after an escape character.
 */
const SHIFT = 0x800;
const ESCAPE = '\uf8ff';
const TO_ENGINE = /[\ud800-\udfff\ue000-\ue7ff\uf8ff]/g;
const TO_CLIENT = /\uf8ff([^])|[\ue000-\ue7ff]/g;

/** Replaces message bodies in the parameters of a request by text that the engine accepts. */
export function toEngineText(members: Bodies): object {
  const { MessageBody, Entries } = members;
  return {
    ...members,
    ...(typeof MessageBody === 'string' && { MessageBody: engineText(MessageBody) }),
    ...(Array.isArray(Entries) && { Entries: Entries.map((entry: unknown) => (isObject(entry) ? toEngineText(entry) : entry)) }),
  };
}

/** Restores the original bodies in the engine's result, and computes their digests: SDKs verify them. */
export function fromEngineText(
  { MessageBody, Entries }: Bodies,
  { MD5OfMessageBody, Successful, Messages, ...rest }: JsonObject,
): JsonObject {
  const bodies = new Map((Array.isArray(Entries) ? Entries : []).filter(isObject).map((entry: Bodies) => [entry.Id, entry.MessageBody]));
  return {
    ...rest,
    ...(MD5OfMessageBody !== undefined && { MD5OfMessageBody: digest(MessageBody) }),
    ...(Successful !== undefined && { Successful: each(Successful, (entry) => withDigest(entry, bodies.get(textOf(entry['Id'])))) }),
    ...(Messages !== undefined && { Messages: each(Messages, received) }),
  };
}

/** The parameters of a request, or an entry of a batch, with the members that are read here. */
interface Bodies {
  readonly Id?: unknown;
  readonly MessageBody?: unknown;
  readonly Entries?: unknown;
}

function withDigest(entry: JsonObject, body: unknown): JsonObject {
  return entry['MD5OfMessageBody'] === undefined ? entry : { ...entry, MD5OfMessageBody: digest(body) };
}

function received(message: JsonObject): JsonObject {
  const body = clientText(textOf(message['Body']));
  return { ...message, Body: body, MD5OfBody: digest(body) };
}

function engineText(text: string): string {
  return text.replace(TO_ENGINE, (character) => (character < '\ue000' ? shifted(character, SHIFT) : ESCAPE + character));
}

function clientText(text: string): string {
  return text.replace(TO_CLIENT, (character, escaped: string | undefined) => escaped ?? shifted(character, -SHIFT));
}

function shifted(character: string, by: number): string {
  return String.fromCharCode(character.charCodeAt(0) + by);
}

function digest(body: unknown): string {
  return md5Hex(String(body));
}

function each(list: Json, show: (element: JsonObject) => JsonObject): Json {
  return Array.isArray(list) ? list.map((element) => (isObject(element) ? show(element) : element)) : list;
}
