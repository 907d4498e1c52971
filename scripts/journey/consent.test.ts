import assert from "node:assert/strict";
import { readForm } from "./consent.ts";

const PAGE = `
  <form method="get" role="search"><input id="find" name="find" value=""></form>
  <form method="post" action="/auth?client_id=a&amp;state=b">
    <input type="hidden" name="granular" value="1">
    <input type="radio" name="account" value="UC1" checked><input type="radio" name="account" value="UC2">
    <input type="checkbox" name="scope" value="read" checked><input type="checkbox" name="scope" value="write">
    <button name="decision" value="deny">Deny</button><button name="decision" value="allow">Allow</button>
  </form>`;

Deno.test("the form is submitted as by a browser: the chosen channel, the ticked boxes and the pressed button", () => {
  const { action, fields } = readForm(PAGE, "UC2");
  assert.equal(action, "/auth?client_id=a&state=b");
  assert.equal(fields.toString(), "granular=1&account=UC2&scope=read&decision=allow");
});

Deno.test("a channel that the page does not offer cannot be chosen", () => {
  assert.throws(() => readForm(PAGE, "UC3"), /does not offer it/);
  assert.throws(() => readForm("<p>Access blocked</p>", "UC1"), /no form/);
});
