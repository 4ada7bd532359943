import { X } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { CartChangeOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { IconButton, Notice } from "@/shared/kit";
import { useCartNews } from "./useCartNews";

/** What happened to the cart since it was last looked at, until it is waved away. */
export function CartChanges() {
  const { t } = useTranslation("cart");
  const { changes, dismiss } = useCartNews();
  if (changes.length === 0) return null;
  return (
    <Notice
      tone="warning"
      title={t("changed_title")}
      action={
        <IconButton size="sm" label={t("changed_dismiss")} onClick={dismiss}>
          <X />
        </IconButton>
      }
    >
      <ul className="mt-1 grid gap-0.5">
        {changes.map((change) => (
          <li key={change.variant_id}>
            <Change change={change} />
          </li>
        ))}
      </ul>
    </Notice>
  );
}

function Change({ change }: { change: CartChangeOut }) {
  const { t } = useTranslation("cart");
  const { money } = useFormat();
  const { title, before, after } = change;
  if (change.kind === "price_changed" && before && after)
    return t(after.amount < before.amount ? "changed_cheaper" : "changed_dearer", {
      title,
      before: money(before),
      after: money(after),
    });
  if (change.kind === "reduced") return t("changed_reduced", { title, count: change.quantity ?? 0 });
  return t("changed_removed", { title });
}
