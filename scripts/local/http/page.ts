/** HTML pages for people: one style, every inserted value escaped, nothing loaded from elsewhere. */

const STYLE = `
  :root { color-scheme: light dark; --quiet: light-dark(#59636e, #9aa4ae); --line: light-dark(#d8dee4, #30363d);
    --accent: light-dark(#6d28d9, #b794f6); --field: light-dark(#f6f8fa, #161b22) }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 54rem; margin: 2rem auto; padding: 0 1rem }
  h1 { margin-bottom: 0 } h2 { margin: 2rem 0 .5rem; font-size: 1.1rem } .quiet { color: var(--quiet) } a { color: var(--accent) }
  table { width: 100%; border-collapse: collapse }
  td, th { text-align: left; vertical-align: top; padding: .4rem .6rem; border-bottom: 1px solid var(--line) }
  code { font: .85rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere }
  button { font: inherit; font-size: .8rem; padding: .1rem .6rem; border: 1px solid var(--line); border-radius: 6px;
    background: var(--field); color: inherit; cursor: pointer }
  iframe { width: 100%; height: 24rem; border: 1px solid var(--line); background: #fff }
  td:first-child { white-space: nowrap } td:last-child:has(button) { width: 1%; white-space: nowrap }`;

/** Copies the value in the button's row; without JavaScript the text can still be selected. */
const SCRIPT = `document.addEventListener("click", async ({ target }) => {
  if (target.tagName !== "BUTTON") return;
  await navigator.clipboard.writeText(target.closest("tr").querySelector("code").textContent);
  target.textContent = "Copied";
  setTimeout(() => target.textContent = "Copy", 1500);
});`;

/** `body` is HTML. `frames` allows frames from this stack. */
export function page(
  title: string,
  body: string,
  options: { status?: number; frames?: boolean } = {},
): Response {
  const nonce = crypto.randomUUID();
  const script = body.includes("<button") ? `<script nonce="${nonce}">${SCRIPT}</script>` : "";
  const policy = [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}'`,
    "img-src data:",
    `frame-src ${options.frames ? "'self'" : "'none'"}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
  const text = `<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>${escape(title)}</title>
<link rel="icon" href="data:,"><style nonce="${nonce}">${STYLE}</style>
<h1>${escape(title)}</h1>${body}${script}`;
  return new Response(text, {
    status: options.status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "content-security-policy": policy,
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    },
  });
}

/** Returns whether a page was requested by a name of this machine. A foreign name that resolves here (DNS rebinding) must not see keys. */
export function isOurs(url: URL): boolean {
  return ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);
}

export function table(rows: string[][]): string {
  return `<table>${
    rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`).join("")
  }</table>`;
}

export function link(href: string, text = href): string {
  return `<a href="${escape(href)}">${escape(text)}</a>`;
}

export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
