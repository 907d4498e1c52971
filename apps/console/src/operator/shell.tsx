import { useRoles } from "../data/roles.ts";
import { operator as t } from "../texts/operator.ts";
import { Empty } from "../ui/parts.tsx";
import { type Places, Shell } from "../ui/shell.tsx";

/** The navigation, in the order in which an operator looks. */
const PLACES: Places = [
  { title: t.nav.now, links: [["/operator", t.nav.overview]] },
];

export default function OperatorShell() {
  const roles = useRoles();
  const may = !roles || roles.some((role) => role !== "user");
  return (
    <Shell label={t.nav.label} places={PLACES}>
      {may ? undefined : <Empty title={t.forbidden.title} why={t.forbidden.why} />}
    </Shell>
  );
}
