import { SaxesParser } from 'saxes';
import { AwsError } from '../service.ts';
import { S3_NAMESPACE } from './xml-writer.ts';

/** An element of a request's body. Its methods refuse unexpected content. */
export class XmlElement {
  readonly name: string;
  readonly #children: readonly XmlElement[];
  readonly #text: string;

  constructor(name: string, children: readonly XmlElement[], text: string) {
    this.name = name;
    this.#children = children;
    this.#text = text;
  }

  /** The text of an element without children. */
  get text(): string {
    if (this.#children.length > 0) throw malformedXml();
    return this.#text;
  }

  /** Refuses children of other names, and text between the children. */
  only(...names: readonly string[]): this {
    if (this.#text.trim() !== '' || this.#children.some((child) => !names.includes(child.name))) throw malformedXml();
    return this;
  }

  all(name: string): readonly XmlElement[] {
    return this.#children.filter((child) => child.name === name);
  }

  /** The text of the only child of this name, if any. Two are refused: parsers would differ on which of them counts. */
  optionalText(name: string): string | undefined {
    const [child, second] = this.all(name);
    if (second) throw malformedXml();
    return child?.text;
  }

  requiredText(name: string): string {
    const text = this.optionalText(name);
    if (text === undefined) throw malformedXml();
    return text;
  }
}

interface Open {
  readonly name: string;
  readonly children: XmlElement[];
  text: string;
}

const MAX_BYTES = 4 * 1024 * 1024;
const MAX_DEPTH = 4;
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Parses a body whose root element is `root`, strictly: UTF-8, one root, no document type, no processing instruction,
 * no comment, no CDATA, no attribute except the S3 namespace on the root.
 *
 * @throws {@link AwsError} MalformedXML
 */
export function readXml(body: Buffer, root: string): XmlElement {
  if (body.length > MAX_BYTES) throw malformedXml();
  try {
    const document = parse(UTF8.decode(body));
    if (document.name === root) return document;
  } catch {
    // S3 has one error for every syntax error.
  }
  throw malformedXml();
}

/** S3's error for a body that is not well-formed or does not match the schema. */
export function malformedXml(): AwsError {
  return new AwsError('MalformedXML', 400, 'The XML you provided was not well-formed or did not validate against our published schema');
}

function parse(text: string): XmlElement {
  const parser = new SaxesParser();
  const open: Open[] = [];
  let document: XmlElement | undefined;

  parser.on('error', refuse);
  parser.on('doctype', refuse);
  parser.on('processinginstruction', refuse);
  parser.on('comment', refuse);
  parser.on('cdata', refuse);
  parser.on('xmldecl', ({ version, encoding }) => {
    if (version !== '1.0' || (encoding !== undefined && encoding.toUpperCase() !== 'UTF-8')) refuse();
  });
  parser.on('opentag', ({ name, attributes }) => {
    if (open.length >= MAX_DEPTH) refuse();
    for (const [attribute, value] of Object.entries(attributes)) {
      if (open.length > 0 || attribute !== 'xmlns' || value !== S3_NAMESPACE) refuse();
    }
    open.push({ name, children: [], text: '' });
  });
  parser.on('text', (piece) => {
    const element = open.at(-1);
    if (element) element.text += piece;
  });
  parser.on('closetag', () => {
    const closed = open.pop() ?? refuse();
    const element = new XmlElement(closed.name, closed.children, closed.text);
    const above = open.at(-1);
    if (above) above.children.push(element);
    else document = element;
  });
  parser.write(text).close();
  return document ?? refuse();
}

function refuse(): never {
  throw malformedXml();
}
