/** The filters of visitors' lists. */
import { visitor as t } from "../texts/visitor.ts";
import { Select } from "../ui/parts.tsx";
import type { Wish } from "../ui/address.ts";

const all = ["", t.all] as const;
export const CATEGORIES = Object.entries(t.categories);
export const PLATFORMS = Object.entries(t.platforms);

export function CategoryChoice({ wish, change }: { wish: Wish; change: (change: Wish) => void }) {
  return (
    <Select
      label={t.category}
      value={wish.category ?? ""}
      options={[all, ...CATEGORIES]}
      onChange={({ target }) => change({ category: target.value || undefined })}
    />
  );
}

export function PlatformChoice({ wish, change }: { wish: Wish; change: (change: Wish) => void }) {
  return (
    <Select
      label={t.platform}
      value={wish.platform ?? ""}
      options={[all, ...PLATFORMS]}
      onChange={({ target }) => change({ platform: target.value || undefined })}
    />
  );
}
