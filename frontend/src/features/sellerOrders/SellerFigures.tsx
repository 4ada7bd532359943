import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { MoneyOut, SellerHomeOut } from "@/shared/api/generated/model";
import { useShowHome } from "@/shared/api/generated/seller-portal/seller-portal";
import { useFormat } from "@/shared/format";
import { Stat, Stats } from "@/shared/kit";

type Format = ReturnType<typeof useFormat>;

/** Four figures of today: to ship, on hold, available, sold this month. */
export function SellerFigures({ sellerId }: { sellerId: string }) {
  const { t } = useTranslation("sellerOrders");
  const format = useFormat();
  const { data: home, isPending: loading } = useShowHome(sellerId);
  return (
    <Stats>
      <Stat
        name={t("to_ship_now")}
        value={home ? format.number(home.to_ship) : "–"}
        note={home && (home.late > 0 ? t("late_count", { count: home.late }) : t("none_late"))}
        tone={home && home.late > 0 ? "warning" : "neutral"}
        loading={loading}
      />
      <Stat
        name={t("on_hold")}
        value={leading(home?.on_hold, format)}
        note={home && holdNote(home, t, format)}
        loading={loading}
      />
      <Stat
        name={t("available")}
        value={leading(home?.available, format)}
        note={home && (others(home.available, format) || t("next_payout"))}
        tone="positive"
        loading={loading}
      />
      <Stat
        name={t("this_month")}
        value={leading(home?.this_month, format)}
        {...growth(home, t, format)}
        loading={loading}
      />
    </Stats>
  );
}

/** Amounts of several currencies cannot be added: the first stands large, the others in the note. */
function leading(amounts: readonly MoneyOut[] | undefined, { money }: Format): string {
  return amounts?.[0] ? money(amounts[0]) : "–";
}

function others(amounts: readonly MoneyOut[], { money }: Format): string {
  return amounts
    .slice(1)
    .map((amount) => `+\u00a0${money(amount)}`)
    .join(" ");
}

function holdNote(home: SellerHomeOut, t: TFunction<"sellerOrders">, format: Format) {
  const orders = [
    t("orders_count", { count: home.on_hold_orders }),
    home.next_release_at && t("next_release", { when: format.relative(home.next_release_at) }),
  ];
  return lines(others(home.on_hold, format), orders.filter(Boolean).join(", "));
}

function lines(first: string, second: string) {
  if (!first || !second) return first || second;
  return (
    <>
      {first}
      <br />
      {second}
    </>
  );
}

function growth(home: SellerHomeOut | undefined, t: TFunction<"sellerOrders">, format: Format) {
  const now = home?.this_month[0];
  const before = home?.last_month.find(({ currency }) => currency === now?.currency);
  const rest = home ? others(home.this_month, format) : "";
  if (!now || !before || before.amount === 0) return { note: rest };
  const share = now.amount / before.amount - 1;
  const day = new Date();
  const month = new Intl.DateTimeFormat(format.locale, { month: "long" }).format(
    new Date(day.getFullYear(), day.getMonth() - 1, 1),
  );
  const change = t(share >= 0 ? "more_than" : "less_than", { share: format.percent(Math.abs(share)), month });
  return {
    note: lines(rest, change),
    tone: share >= 0 ? ("positive" as const) : ("neutral" as const),
  };
}
