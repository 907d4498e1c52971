/** The page on which a person chooses one of the made-up accounts and lets the app in. A form; it needs no script. */
import { type Answer, html } from "../provider.ts";

export interface ConsentScreen {
  /** The network as people call it. */
  readonly network: string;
  readonly app: string;
  readonly action: string;
  readonly scopes: readonly { readonly name: string; readonly words: string }[];
  /** Whether a person may untick single scopes. */
  readonly granular: boolean;
  readonly accounts: readonly { readonly id: string; readonly name: string; readonly detail: string }[];
  readonly chosen: string | undefined;
}

export function consentPage(screen: ConsentScreen): Answer {
  const chosen = screen.accounts.some(({ id }) => id === screen.chosen)
    ? screen.chosen
    : screen.accounts[0]?.id;
  const accounts = screen.accounts.map(({ id, name, detail }) => `
        <li><label><input type="radio" name="account" value="${escape(id)}" required${
    id === chosen ? " checked" : ""
  }>
          <span>${escape(name)}<small>${escape(detail)}</small></span></label></li>`);
  const scopes = screen.scopes.map(({ name, words }) => `
        <li><label>${
    screen.granular ? `<input type="checkbox" name="scope" value="${escape(name)}" checked>` : ""
  }
          <span>${escape(words)}<small>${escape(name)}</small></span></label></li>`);
  return page(
    200,
    `${screen.app} wants access`,
    `
    <h1>${escape(screen.app)} wants access to your ${escape(screen.network)} account</h1>
    <p class="note">This is StreamVibe's simulator of ${
      escape(screen.network)
    }. Every account here is made up, and nothing leaves this machine.</p>
    <form method="post" action="${escape(screen.action)}">
      ${screen.granular ? '<input type="hidden" name="granular" value="1">' : ""}
      <fieldset><legend>Choose an account</legend>
        <ul class="accounts">${accounts.join("")}
        </ul>
      </fieldset>
      <fieldset><legend>What ${escape(screen.app)} can do</legend>
        <ul>${scopes.join("")}
        </ul>
      </fieldset>
      <div class="row">
        <button name="decision" value="deny" formnovalidate>Deny</button>
        <button name="decision" value="allow" class="main">Allow</button>
      </div>
    </form>`,
  );
}

export function errorPage(status: number, network: string, message: string): Answer {
  return page(
    status,
    "Something went wrong",
    `
    <h1>${escape(network)} cannot let this app in</h1>
    <p>${escape(message)}</p>`,
  );
}

function page(status: number, title: string, main: string): Answer {
  return html(
    status,
    `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>
  :root { color-scheme: light dark; --line: light-dark(#767676, #999); --main: light-dark(#0f1419, #eff3f4); --on: light-dark(#fff, #0f1419); }
  body { font: 16px/1.5 system-ui, sans-serif; margin: 0; padding: 2rem 1rem; background: light-dark(#f4f4f4, #16181c); color: light-dark(#161823, #e7e9ea); }
  main { max-width: 32rem; margin: 0 auto; padding: 2rem; border-radius: 1rem; background: light-dark(#fff, #000); }
  h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; }
  .note, small { color: light-dark(#4d4f55, #b4b8bc); }
  small { display: block; overflow-wrap: anywhere; }
  fieldset { border: 1px solid var(--line); border-radius: .75rem; margin: 1.25rem 0; padding: .25rem 1rem; min-width: 0; }
  legend { padding: 0 .5rem; font-weight: 600; }
  ul { list-style: none; margin: 0; padding: 0; }
  .accounts { max-height: 18rem; overflow-y: auto; }
  li label { display: flex; gap: .75rem; align-items: start; padding: .5rem 0; }
  input { margin: .3rem 0 0; inline-size: 1.1rem; block-size: 1.1rem; accent-color: var(--main); flex: none; }
  .row { display: flex; gap: .75rem; justify-content: end; }
  button { font: inherit; font-weight: 600; padding: .5rem 1.5rem; border: 1px solid var(--line); border-radius: 2rem; background: none; color: inherit; cursor: pointer; }
  button.main { background: var(--main); color: var(--on); border-color: var(--main); }
  :focus-visible { outline: 3px solid var(--main); outline-offset: 2px; }
</style>
</head>
<body><main>${main}
</main></body>
</html>
`,
  );
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll(
    '"',
    "&quot;",
  );
}
