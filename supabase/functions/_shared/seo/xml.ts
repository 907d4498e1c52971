/** XML 1.0 (https://www.w3.org/TR/xml/). A text is escaped where it is put in, and only there: what an element holds is XML already. */

/** XML that is well formed. */
export type Xml = string & { readonly __xml: unique symbol };

/** What is no character of XML, also not when it is escaped, beside surrogates without their other half: most controls, U+FFFE, U+FFFF. */
// deno-lint-ignore no-control-regex
const NO_CHARACTER = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;
const SPECIAL = /[&<>"'\r]/g;
const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
  // Parsers make line feeds of carriage returns that are not written so.
  "\r": "&#13;",
};

/** A text as content or as the value of an attribute. */
export function text(value: string): Xml {
  return value.toWellFormed().replace(NO_CHARACTER, "\ufffd").replace(
    SPECIAL,
    (sign) => ENTITIES[sign] ?? "",
  ) as Xml;
}

/** An element. Its content is text, or XML that was made by these functions. */
export function element(
  name: string,
  content: Xml | readonly Xml[],
  attributes: Readonly<Record<string, string>> = {},
): Xml {
  const given = Object.entries(attributes).map(([key, value]) => ` ${key}="${text(value)}"`).join("");
  const inner = typeof content === "string" ? content : content.join("");
  return `<${name}${given}>${inner}</${name}>` as Xml;
}
