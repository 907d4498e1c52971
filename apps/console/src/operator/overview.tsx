import { useCall } from "../data/queries.ts";
import { operator as t } from "../texts/operator.ts";
import { Badge, Figure, Figures, Page, Query, Section } from "../ui/parts.tsx";

export default function Overview() {
  const health = useCall("health", undefined, { every: 15_000 });
  return (
    <Page title={t.overview.title}>
      <Section title={t.overview.health}>
        <Query of={health}>
          {({ checks }) => (
            <Figures>
              {Object.entries(checks).map(([name, state]) => (
                <Figure key={name} name={t.checks[name] ?? name}>
                  <Badge tone={state === "ok" ? "good" : state === "unset" ? "warn" : "bad"}>{state}</Badge>
                </Figure>
              ))}
            </Figures>
          )}
        </Query>
      </Section>
    </Page>
  );
}
