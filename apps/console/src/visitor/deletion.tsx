/** Shows the status of a deletion request, including requests made through Instagram or Facebook. */
import { useState } from "react";
import { useCall } from "../data/queries.ts";
import { visitor as t } from "../texts/visitor.ts";
import { useWish } from "../ui/address.ts";
import { Button, Card, Page, Query, TextField } from "../ui/parts.tsx";

export default function Deletion() {
  const [{ code = "" }, change] = useWish();
  const [text, setText] = useState(code);
  const state = useCall("data-deletion-status", { code }, { enabled: code !== "" });
  return (
    <Page title={t.deletion.title} lede={t.deletion.lede} narrow>
      <Card>
        <form
          className="form"
          onSubmit={(event) => {
            event.preventDefault();
            change({ code: text.trim() });
          }}
        >
          <TextField
            label={t.deletion.code}
            value={text}
            required
            onChange={({ target }) => setText(target.value)}
          />
          <Button type="submit" kind="primary">{t.deletion.look}</Button>
        </form>
      </Card>
      {code && (
        <Query of={state}>
          {(words) => (
            <Card>
              <p>{String(words)}</p>
            </Card>
          )}
        </Query>
      )}
    </Page>
  );
}
