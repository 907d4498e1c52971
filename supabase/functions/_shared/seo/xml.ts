/** XML 1.0 (https://www.w3.org/TR/xml/). A text is escaped where it is put in, and only there: what an element holds is XML already. */

/** XML that is well formed. */
export type Xml = string & { readonly __xml: unique symbol };

/** What is no character of XML, also not when it is escaped: most controls, surrogates without their other half, U+FFFE and U+FFFF. */
const NO_CHARACTER = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;
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
  return value.replace(NO_CHARACTER, "\ufffd").replace(SPECIAL, (sign) => ENTITIES[sign] ?? "") as Xml;
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
