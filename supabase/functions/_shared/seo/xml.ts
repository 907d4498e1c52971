/** XML 1.0 (https://www.w3.org/TR/xml/). Text is escaped once, in `text()`; the content of an element is already XML. */

/** Well-formed XML. */
export type Xml = string & { readonly __xml: unique symbol };

/** Characters that XML forbids even when escaped, besides lone surrogates: most controls, U+FFFE, U+FFFF. */
// deno-lint-ignore no-control-regex
const NO_CHARACTER = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;
const SPECIAL = /[&<>"'\r]/g;
const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
  // Parsers turn unescaped carriage returns into line feeds.
  "\r": "&#13;",
};

/** Escapes text for use as content or as an attribute value. */
export function text(value: string): Xml {
  return value.toWellFormed().replace(NO_CHARACTER, "\ufffd").replace(
    SPECIAL,
    (sign) => ENTITIES[sign] ?? "",
  ) as Xml;
}

/** Returns an element. Its content must come from these functions. */
export function element(
  name: string,
  content: Xml | readonly Xml[],
  attributes: Readonly<Record<string, string>> = {},
): Xml {
  const given = Object.entries(attributes).map(([key, value]) => ` ${key}="${text(value)}"`).join("");
  const inner = typeof content === "string" ? content : content.join("");
  return `<${name}${given}>${inner}</${name}>` as Xml;
}
