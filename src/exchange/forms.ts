/**
 * Reads EDN and JSON forms from text that comes in pieces. One reader for both: JSON differs in its colons and in what a
 * bare word means.
 *
 * Source: https://github.com/edn-format/edn, and RFC 8259.
 */

/** An EDN keyword, or a symbol where its text has no colon. */
export class Word {
  /** The text without its colon. */
  readonly name: string;

  constructor(readonly text: string) {
    this.name = interned(text.startsWith(":") ? text.slice(1) : text);
  }
}

/** Keys and values in turn. */
export class FormMap {
  constructor(readonly entries: readonly unknown[]) {}
}

export class FormSet {
  constructor(readonly items: readonly unknown[]) {}
}

export class Tagged {
  constructor(
    readonly tag: string,
    readonly form: unknown,
  ) {}
}

/** What is wrong with a text, at an index of it. */
export class FormProblem extends Error {
  override readonly name = "FormProblem";
  constructor(
    readonly at: number,
    readonly found: string,
    readonly expected: string,
  ) {
    super(`${found}, expected ${expected}`);
  }
}

export type Dialect = "edn" | "json";

/** The text ended within a form. */
export const INCOMPLETE = Symbol("incomplete");

const DEPTH_MAX = 200;

const QUOTE = 0x22;
const COLON = 0x3a;

export class FormReader {
  /** Index of what is read next. */
  at = 0;
  /** No more text will come: a word at the end is whole. */
  isLast = false;
  private text = "";
  /** Words and short texts that were read before, by a hash of their characters: the few names are not cut out again. */
  private readonly knownTexts: string[] = new Array<string>(KNOWN).fill("");
  private readonly knownForms: unknown[] = new Array<unknown>(KNOWN).fill(null);

  constructor(readonly dialect: Dialect) {}

  /** Starts over with a text, at its beginning. */
  reset(text: string, isLast: boolean): void {
    this.text = text;
    this.isLast = isLast;
    this.at = 0;
  }

  /** Passes blanks and comments; the code of what follows, NaN at the end. */
  skip(): number {
    const { text } = this;
    for (;;) {
      const code = text.charCodeAt(this.at);
      if (isBlank(code) || (code === COLON && this.dialect === "json")) this.at++;
      else if (code === 0x3b && this.dialect === "edn") {
        const end = text.indexOf("\n", this.at);
        if (end < 0 && !this.isLast) return Number.NaN;
        this.at = end < 0 ? text.length : end + 1;
      } else if (code === 0x23 && text.charCodeAt(this.at + 1) === 0x5f && this.dialect === "edn") {
        const start = this.at;
        this.at += 2;
        if (this.read(1) === INCOMPLETE) {
          this.at = start;
          return Number.NaN;
        }
      } else return code;
    }
  }

  /**
   * The next form, or INCOMPLETE where the text ends within it.
   *
   * @throws FormProblem
   */
  read(depth = 0): unknown {
    const code = this.skip();
    return Number.isNaN(code) ? INCOMPLETE : this.readFrom(code, depth);
  }

  /** @param code - of the character that stands at `at` */
  private readFrom(code: number, depth: number): unknown {
    switch (code) {
      case QUOTE:
        return this.readString();
      case 0x7b: // {
        return this.readMap(depth);
      case 0x5b: // [
        return this.collect(0x5d, depth);
      case 0x28: // (
        if (this.dialect === "edn") return this.collect(0x29, depth);
        break;
      case 0x23: // #
        if (this.dialect === "edn") return this.readDispatch(depth);
        break;
      case 0x5c: // \
        if (this.dialect === "edn") return this.readCharacter();
        break;
      default:
        if (isDigit(code) || code === 0x2d || code === 0x2b) return this.readNumber();
        if (!isDelimiter(code)) return this.readWord();
    }
    throw this.problem(`"${this.text[this.at]}" stands where a form begins`, "a form");
  }

  private problem(found: string, expected: string, at = this.at): FormProblem {
    return new FormProblem(at, found, expected);
  }

  /** The forms up to a closing bracket. */
  private collect(close: number, depth: number): unknown[] | typeof INCOMPLETE {
    if (depth >= DEPTH_MAX)
      throw this.problem(`forms are nested more than ${DEPTH_MAX} deep`, "flatter ones");
    const items: unknown[] = [];
    this.at++;
    for (;;) {
      const code = this.skip();
      if (Number.isNaN(code)) return INCOMPLETE;
      if (code === close) {
        this.at++;
        return items;
      }
      if (code === 0x7d || code === 0x5d || code === 0x29)
        throw this.problem(
          `"${this.text[this.at]}" closes what was not opened`,
          `"${String.fromCharCode(close)}"`,
        );
      const item = this.readFrom(code, depth + 1);
      if (item === INCOMPLETE) return INCOMPLETE;
      items.push(item);
    }
  }

  private readMap(depth: number): FormMap | typeof INCOMPLETE {
    const items = this.collect(0x7d, depth);
    if (items === INCOMPLETE) return INCOMPLETE;
    if (items.length % 2 === 1)
      throw this.problem("a map has a key without a value", "pairs", this.at - 1);
    return new FormMap(items);
  }

  private readDispatch(depth: number): unknown {
    const { text } = this;
    const next = text.charCodeAt(this.at + 1);
    if (Number.isNaN(next)) return INCOMPLETE;
    if (next === 0x7b) {
      this.at++;
      const items = this.collect(0x7d, depth);
      return items === INCOMPLETE ? INCOMPLETE : new FormSet(items);
    }
    if (next === 0x23) {
      // ##Inf, ##NaN
      this.at += 2;
      const word = this.readWord();
      return word === INCOMPLETE ? INCOMPLETE : new Tagged("#", word);
    }
    this.at++;
    const tag = this.readWord();
    if (!(tag instanceof Word)) {
      if (tag === INCOMPLETE) return INCOMPLETE;
      throw this.problem("a tag has no name", "a name such as #inst");
    }
    const form = this.read(depth + 1);
    return form === INCOMPLETE ? INCOMPLETE : new Tagged(tag.text, form);
  }

  private readString(): string | typeof INCOMPLETE {
    const { text } = this;
    const start = this.at;
    let end = start + 1;
    let escaped = false;
    let hash = QUOTE;
    for (; ; end++) {
      const code = text.charCodeAt(end);
      if (Number.isNaN(code)) return INCOMPLETE;
      if (code === QUOTE) break;
      hash = (Math.imul(hash, 31) + code) | 0;
      if (code === 0x5c) {
        escaped = true;
        end++;
      }
    }
    this.at = end + 1;
    if (escaped) return this.unescape(start + 1, end);
    const place = hash & (KNOWN - 1);
    const known = this.knownForms[place];
    if (typeof known === "string" && this.isThere(known, start + 1, end)) return known;
    const found = text.slice(start + 1, end);
    if (found.length > NAME_MAX) return found;
    const name = interned(found);
    this.knownTexts[place] = name;
    this.knownForms[place] = name;
    return name;
  }

  private unescape(from: number, to: number): string {
    const { text } = this;
    let out = "";
    for (let i = from; i < to; i++) {
      const character = text[i] as string;
      if (character !== "\\") {
        out += character;
        continue;
      }
      const kind = text[++i] as string;
      const plain = ESCAPES[kind];
      if (plain !== undefined) out += plain;
      else if (kind === "u" && /^[0-9a-fA-F]{4}$/.test(text.slice(i + 1, i + 5))) {
        out += String.fromCharCode(Number.parseInt(text.slice(i + 1, i + 5), 16));
        i += 4;
      } else
        throw this.problem(
          `a text has the escape "\\${kind}"`,
          'one such as "\\n" or "\\u0041"',
          i,
        );
    }
    return out;
  }

  private readCharacter(): string | typeof INCOMPLETE {
    const start = this.at;
    this.at += 2; // a delimiter may be the character itself
    const end = this.endOfWord();
    if (end === INCOMPLETE) return INCOMPLETE;
    this.at = end;
    const name = this.text.slice(start + 1, end);
    return CHARACTERS[name] ?? name;
  }

  private readNumber(): unknown {
    const { text } = this;
    const start = this.at;
    const sign = text.charCodeAt(start) === 0x2d ? -1 : 1;
    let at = isDigit(text.charCodeAt(start)) ? start : start + 1;
    let value = 0;
    for (let code = text.charCodeAt(at); isDigit(code); code = text.charCodeAt(++at))
      value = value * 10 + (code - 0x30);
    const ended = text.charCodeAt(at);
    if (Number.isNaN(ended) && !this.isLast) return INCOMPLETE;
    if ((Number.isNaN(ended) || isDelimiter(ended)) && at > start && at - start < 16) {
      if (at - start === 1 && !isDigit(text.charCodeAt(start))) return this.readWord();
      this.at = at;
      return sign * value || 0;
    }
    return this.readLongNumber();
  }

  /** Fractions, exponents, and what is too long for a double: that stays a text. */
  private readLongNumber(): unknown {
    const start = this.at;
    const end = this.endOfWord();
    if (end === INCOMPLETE) return INCOMPLETE;
    const text = this.text.slice(start, end);
    this.at = end;
    if (!/^[-+]?\d/.test(text)) return new Word(text);
    const plain = this.dialect === "edn" ? text.replace(/[NM]$/, "") : text;
    const value = Number(plain);
    if (!Number.isFinite(value) && !/^[-+]?\d+\/\d+$/.test(plain))
      throw this.problem(`"${shorten(text)}" stands where a number begins`, "a number", start);
    return /^[-+]?\d+$/.test(plain) && !Number.isSafeInteger(value) ? new Word(plain) : value;
  }

  private readWord(): unknown {
    const { text } = this;
    const start = this.at;
    let end = start;
    let hash = 0;
    for (let code = text.charCodeAt(end); !isDelimiter(code); code = text.charCodeAt(++end))
      hash = (Math.imul(hash, 31) + code) | 0;
    if (end >= text.length && !this.isLast) return INCOMPLETE;
    if (end === start) throw this.problem("a name is missing", "a name");
    this.at = end;
    const place = hash & (KNOWN - 1);
    const known = this.knownForms[place];
    if (typeof known !== "string" && this.isThere(this.knownTexts[place] as string, start, end))
      return known;
    const word = text.slice(start, end);
    const form = this.meaningOf(word, start);
    if (word.length > NAME_MAX) return form;
    this.knownTexts[place] = interned(word);
    this.knownForms[place] = form;
    return form;
  }

  /** Whether a text stands between two indices. */
  private isThere(known: string, from: number, to: number): boolean {
    const { length } = known;
    if (length !== to - from) return false;
    const { text } = this;
    for (let i = 0; i < length; i++)
      if (known.charCodeAt(i) !== text.charCodeAt(from + i)) return false;
    return true;
  }

  private meaningOf(word: string, start: number): unknown {
    switch (word) {
      case "nil":
      case "null":
        return null;
      case "true":
        return true;
      case "false":
        return false;
      default:
    }
    if (this.dialect === "json")
      throw this.problem(`"${shorten(word)}" is no JSON`, "a value", start);
    return new Word(word);
  }

  private endOfWord(): number | typeof INCOMPLETE {
    const { text } = this;
    let end = this.at;
    for (let code = text.charCodeAt(end); !isDelimiter(code); code = text.charCodeAt(++end));
    return end >= text.length && !this.isLast ? INCOMPLETE : end;
  }
}

/** Names of fields and functions are few; values may be many, and push each other out. A power of two. */
const KNOWN = 1024;
/** Characters of a text that is kept: what is longer is no name. */
const NAME_MAX = 40;

/** The same text, in the one copy that comparing and looking up are quick with. */
const interned = (text: string): string => Object.keys({ [text]: 0 })[0] as string;

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

const CHARACTERS: Readonly<Record<string, string>> = {
  newline: "\n",
  return: "\r",
  space: " ",
  tab: "\t",
};

const shorten = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}...` : text);

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** EDN takes commas for blanks, and so may we in JSON, where a form says by itself where it ends. */
function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x2c || code === 0x0d || code === 0x09;
}

/** 1 for what ends a word: a blank, a bracket, a quote or a semicolon. */
const DELIMITERS = Uint8Array.from({ length: 128 }, (_, code) =>
  isBlank(code) || '"()[]{};'.includes(String.fromCharCode(code)) ? 1 : 0,
);

/** Ends a word, or is the end of the text. */
const isDelimiter = (code: number): boolean =>
  Number.isNaN(code) || (code < 128 && DELIMITERS[code] === 1);

/** A form in one text, the same for equal forms: how values are told apart. Sets and maps go by their order. */
export function formText(form: unknown): string {
  if (form === null || form === undefined) return "nil";
  if (typeof form === "string") return JSON.stringify(form);
  if (form instanceof Word) return form.text;
  if (Array.isArray(form)) return `[${form.map(formText).join(" ")}]`;
  if (form instanceof FormSet) return `#{${form.items.map(formText).join(" ")}}`;
  if (form instanceof FormMap) return `{${form.entries.map(formText).join(" ")}}`;
  if (form instanceof Tagged) return `#${form.tag} ${formText(form.form)}`;
  return String(form);
}
