import type { JsonObject } from '@tenant-aws/policy/json';
import type { Assigned, Condition, Operand, Path, UpdateClause } from './statement.ts';

/**
 * Writes the expressions of one operation. Every name and every value of the statement becomes a placeholder,
 * so none of them can be read as a part of the expression.
 */
export class ExpressionText {
  readonly #names = new Map<string, string>();
  readonly #values: JsonObject[] = [];

  /** The parameters with the placeholders' meaning. */
  placeholders(): JsonObject {
    const names = [...this.#names].map(([name, placeholder]) => [placeholder, name]);
    const values = this.#values.map((value, i) => [`:v${i}`, value]);
    return {
      ...(names.length > 0 && { ExpressionAttributeNames: Object.fromEntries(names) }),
      ...(values.length > 0 && { ExpressionAttributeValues: Object.fromEntries(values) }),
    };
  }

  path([attribute, ...rest]: Path): string {
    return [this.#name(attribute), ...rest.map((step) => (typeof step === 'number' ? `[${step}]` : `.${this.#name(step)}`))].join('');
  }

  condition(condition: Condition): string {
    switch (condition.kind) {
      case 'and':
        return condition.conditions
          .map((inner) => (inner.kind === 'or' ? `(${this.condition(inner)})` : this.condition(inner)))
          .join(' AND ');
      case 'or':
        return condition.conditions.map((inner) => this.condition(inner)).join(' OR ');
      case 'not':
        return `NOT (${this.condition(condition.condition)})`;
      case 'comparison':
        return `${this.#operand(condition.left)} ${condition.operator} ${this.#operand(condition.right)}`;
      case 'between':
        return `${this.#operand(condition.operand)} BETWEEN ${this.#operand(condition.low)} AND ${this.#operand(condition.high)}`;
      case 'in':
        return `${this.#operand(condition.operand)} IN (${this.#operands(condition.list)})`;
      default:
        return `${condition.name}(${this.#operands(condition.args)})`;
    }
  }

  update(clauses: readonly UpdateClause[]): string {
    const sections = new Map<string, string[]>();
    for (const clause of clauses) {
      const [section, text] = this.#clause(clause);
      sections.set(section, [...(sections.get(section) ?? []), text]);
    }
    return [...sections].map(([section, texts]) => `${section} ${texts.join(', ')}`).join(' ');
  }

  #clause(clause: UpdateClause): readonly [section: string, text: string] {
    const path = this.path(clause.path);
    if (clause.kind === 'remove') return ['REMOVE', path];
    const { value } = clause;
    if (value.kind === 'set_add') return ['ADD', `${path} ${this.#value(value.value)}`];
    if (value.kind === 'set_delete') return ['DELETE', `${path} ${this.#value(value.value)}`];
    return ['SET', `${path} = ${this.#assigned(value)}`];
  }

  #assigned(value: Exclude<Assigned, { readonly kind: 'set_add' | 'set_delete' }>): string {
    if (value.kind === 'sum') return `${this.#operand(value.left)} ${value.operator} ${this.#operand(value.right)}`;
    if (value.kind === 'list_append') return `list_append(${this.#operands([value.left, value.right])})`;
    return this.#operand(value);
  }

  #operands(operands: readonly Operand[]): string {
    return operands.map((operand) => this.#operand(operand)).join(', ');
  }

  #operand(operand: Operand): string {
    if (operand.kind === 'value') return this.#value(operand.value);
    return operand.kind === 'size' ? `size(${this.path(operand.path)})` : this.path(operand.path);
  }

  #name(name: string): string {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const placeholder = `#n${this.#names.size}`;
    this.#names.set(name, placeholder);
    return placeholder;
  }

  #value(value: JsonObject): string {
    this.#values.push(value);
    return `:v${this.#values.length - 1}`;
  }
}
