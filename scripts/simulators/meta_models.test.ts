/** Checks the fields and edges of the Instagram and Facebook simulators against Meta's own models of its objects. */
import assert from "node:assert/strict";
import { facebook_fields } from "./facebook/network.ts";
import { instagram_fields } from "./instagram/network.ts";
import { dataFolder } from "./validate_against_discovery.ts";

const folder = dataFolder();
const ignore = folder === undefined;

interface Model {
  apis: { method: string; endpoint?: string; params: { name: string; required: boolean }[] }[];
  fields: { name: string }[];
}

async function model(name: string): Promise<Model> {
  if (folder === undefined) {
    throw new Error("Cannot read Meta's models: the folder of sample data is missing");
  }
  return JSON.parse(await Deno.readTextFile(new URL(`fixtures/meta_graph_specs/${name}.json`, folder)));
}

async function fieldsOf(name: string): Promise<string[]> {
  return (await model(name)).fields.map((field) => field.name);
}

async function edgesOf(name: string, method = "GET"): Promise<string[]> {
  return (await model(name)).apis.filter((api) => api.method === method).map((api) => api.endpoint ?? "");
}

/** Returns the fields that the model does not list. */
const known = (fields: readonly string[], model: readonly string[]) =>
  fields.filter((name) => !model.includes(name));

Deno.test({
  name: "every field of the Instagram simulator exists in Meta's models",
  ignore,
  async fn() {
    for (const [name, fields] of Object.entries(instagram_fields)) {
      assert.deepEqual(known(fields, await fieldsOf(name)), [], name);
    }
    assert.ok((await edgesOf("IGUserForIGOnlyAPI")).includes("media"));
    assert.ok((await edgesOf("IGUserForIGOnlyAPI")).includes("stories"));
    assert.ok((await edgesOf("IGMediaForIGOnlyAPI")).includes("children"));
    assert.ok((await edgesOf("IGMediaForIGOnlyAPI")).includes("insights"));
    const insights = (await model("IGMediaForIGOnlyAPI")).apis.find(({ endpoint }) =>
      endpoint === "insights"
    );
    assert.deepEqual(insights?.params.map(({ name, required }) => [name, required]), [
      ["breakdown", false],
      ["metric", true],
      ["period", false],
    ]);
  },
});

Deno.test({
  name: "Meta's models of Instagram's token calls have the expected members and parameters",
  ignore,
  async fn() {
    assert.deepEqual(await fieldsOf("IGAccessTokenForIGOnlyAPI"), [
      "access_token",
      "expires_in",
      "token_type",
    ]);
    assert.deepEqual(await fieldsOf("IGRefreshAccessTokenForIGOnlyAPI"), [
      "access_token",
      "expires_in",
      "permissions",
      "token_type",
    ]);
    const [exchange] = (await model("IGAccessTokenForIGOnlyAPI")).apis;
    assert.deepEqual(exchange?.params.map(({ name }) => name), [
      "access_token",
      "client_secret",
      "grant_type",
    ]);
    const [refresh] = (await model("IGRefreshAccessTokenForIGOnlyAPI")).apis;
    assert.deepEqual(refresh?.params.map(({ name }) => name), ["access_token", "grant_type"]);
  },
});

Deno.test({
  name: "every field of a simulated Page exists in Meta's model, and every list is one of its edges",
  ignore,
  async fn() {
    assert.deepEqual(known(facebook_fields.Page, await fieldsOf("Page")), []);
    const edges = await edgesOf("Page");
    for (const edge of ["published_posts", "videos", "video_reels", "picture"]) {
      assert.ok(edges.includes(edge), edge);
    }
    const person = await edgesOf("User");
    for (const edge of ["accounts", "businesses", "permissions"]) assert.ok(person.includes(edge), edge);
    assert.ok((await edgesOf("User", "DELETE")).includes("permissions"));
  },
});
