/** What a person sees when an app asks for access: a form that works without a script. */
import { type Answer, type Call, html } from "../provider.ts";

export interface Choice {
  readonly id: string;
  readonly title: string;
  readonly note: string;
  /** The Pages of a person, each of which may be left out. */
  readonly pages: readonly { id: string; title: string }[];
}

export interface ConsentScreen {
  readonly product: "Instagram" | "Facebook";
  readonly app: string;
  readonly action: string;
  readonly scopes: readonly string[];
  readonly choices: readonly Choice[];
}

export function consentPage({ product, app, action, scopes, choices }: ConsentScreen): Answer {
  const rows = choices.map(({ id, title, note, pages }, index) => `
      <li><label><input type="radio" name="account" value="${escape(id)}" required${
    index === 0 ? " checked" : ""
  }>
        <span>${escape(title)}<small>${escape(note)}</small></span></label>${pagesOf(pages)}</li>`);
  const ticks = scopes.map((scope) => `
      <li><label><input type="checkbox" name="scope" value="${escape(scope)}" checked><span>${
    escape(scope)
  }</span></label></li>`);
  return html(
    200,
    page(
      `${app} wants access to ${product}`,
      `
  <h1>${escape(app)} wants access to your ${product} account</h1>
  <p class="note">This is StreamVibe's simulator of ${product}. Everything here is made up, and nothing leaves this machine.</p>
  <form method="post" action="${escape(action)}">
    <input type="hidden" name="granular" value="1">
    <fieldset><legend>Continue as</legend><ul class="long">${rows.join("")}
    </ul></fieldset>
    <fieldset><legend>What ${escape(app)} may do</legend><ul>${ticks.join("")}
    </ul></fieldset>
    <div class="row"><button name="decision" value="deny" formnovalidate>Cancel</button>
      <button name="decision" value="allow" class="main">Allow</button></div>
  </form>`,
    ),
  );
}

export function consentError(product: string, message: string): Answer {
  return html(
    400,
    page("Error", `<h1>Sorry, something went wrong</h1><p>${product}: ${escape(message)}</p>`),
  );
}

/** Where the person is sent; a program that asks for JSON is told instead, for not every one can stop at a redirect. */
export function sendBack(
  call: Call,
  redirect_uri: string,
  parameters: Record<string, string | null>,
  fragment = "",
): Answer {
  const url = new URL(redirect_uri);
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null) url.searchParams.set(name, value);
  }
  const location = url.href + fragment;
  const wantsJson = /\bapplication\/json\b/.test(call.headers.get("accept") ?? "");
  const headers: Record<string, string> = { "cache-control": "no-store" };
  return wantsJson
    ? {
      status: 200,
      headers: { ...headers, "content-type": "application/json; charset=UTF-8" },
      body: JSON.stringify({ location }),
    }
    : { status: 302, headers: { ...headers, location }, body: "" };
}

function pagesOf(pages: Choice["pages"]): string {
  if (pages.length === 0) return "";
  const ticks = pages.map(({ id, title }) =>
    `<li><label><input type="checkbox" name="page" value="${escape(id)}" checked><span>${
      escape(title)
    }</span></label></li>`
  );
  return `<ul class="pages">${ticks.join("")}</ul>`;
}

function page(title: string, main: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>
  :root { color-scheme: light dark; --line: light-dark(#747775, #8e918f); --main: light-dark(#0064e0, #78aefc); }
  body { font: 16px/1.5 system-ui, sans-serif; margin: 0; padding: 2rem 1rem; background: light-dark(#f0f2f5, #18191a); }
  main { max-width: 34rem; margin: 0 auto; padding: 2rem; border-radius: 1rem; background: light-dark(#fff, #242526); }
  h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; }
  small, .note { color: light-dark(#4b4f56, #b0b3b8); }
  small { display: block; }
  fieldset { border: 1px solid var(--line); border-radius: .75rem; margin: 1.25rem 0; padding: .25rem 1rem; min-width: 0; }
  ul { list-style: none; margin: 0; padding: 0; }
  .long { max-height: 18rem; overflow-y: auto; }
  .pages { padding-left: 2rem; }
  label { display: flex; gap: .75rem; align-items: start; padding: .4rem 0; cursor: pointer; overflow-wrap: anywhere; }
  input { margin: .3rem 0 0; flex: none; accent-color: var(--main); }
  .row { display: flex; gap: .75rem; justify-content: end; }
  button { font: inherit; padding: .5rem 1.5rem; border: 1px solid var(--line); border-radius: .5rem; background: none; color: inherit; cursor: pointer; }
  button.main { background: var(--main); border-color: var(--main); color: light-dark(#fff, #18191a); }
  :focus-visible { outline: 3px solid var(--main); outline-offset: 2px; }
</style>
</head>
<body><main>${main}
</main></body>
</html>
`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll(
    '"',
    "&quot;",
  );
}
