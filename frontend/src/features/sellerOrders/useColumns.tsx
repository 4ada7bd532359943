import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import type { SellerOrderRowOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { Chip, type Column } from "@/shared/kit";
import { ProductPicture, type Tone } from "@/shared/pictures";
import { OrderState } from "./OrderState";
import { useWhen } from "./when";

/** The columns of the list of orders. */
export function useColumns(sellerId: string): Column<SellerOrderRowOut>[] {
  const { t } = useTranslation("sellerOrders");
  const { money } = useFormat();
  const when = useWhen();
  return [
    {
      id: "order",
      header: t("order"),
      from: "md",
      cell: (row) => (
        <Link
          to={`/seller/${sellerId}/orders/${row.id}`}
          className="font-mono text-xs underline-offset-4 hover:text-accent hover:underline"
        >
          {row.order_id}
        </Link>
      ),
    },
    { id: "items", header: t("items"), cell: (row) => <Items row={row} /> },
    {
      id: "marketplace",
      header: t("marketplace"),
      from: "lg",
      cell: (row) => <span className="whitespace-nowrap text-muted">{row.marketplace.name}</span>,
    },
    {
      id: "placed",
      header: t("placed"),
      from: "md",
      cell: (row) => <span className="figures whitespace-nowrap text-muted">{when(row.placed_at)}</span>,
    },
    {
      id: "part",
      header: t("your_part"),
      align: "end",
      from: "sm",
      cell: (row) => <b className="font-semibold whitespace-nowrap">{money(row.your_part)}</b>,
    },
    {
      id: "state",
      header: t("state"),
      align: "end",
      from: "sm",
      cell: (row) => <OrderState state={row.state} shipBy={row.ship_by} />,
    },
  ];
}

function Items({ row }: { row: SellerOrderRowOut }) {
  const { t } = useTranslation("sellerOrders");
  const { money } = useFormat();
  const [first] = row.lines;
  if (!first) return null;
  const further = row.lines.length - 1 + row.more;
  return (
    <span className="flex min-w-0 items-center gap-3">
      <ProductPicture
        name={first.picture}
        tone={first.tone as Tone}
        className="size-9 shrink-0 rounded-md [&_img]:size-[68%]"
      />
      <span className="min-w-0">
        <span className="line-clamp-2 font-semibold">
          {first.quantity > 1 && <span className="figures">{first.quantity} × </span>}
          {[first.title, first.variant_title].filter(Boolean).join(", ")}
        </span>
        <span className="mt-1 flex flex-wrap items-center gap-2 sm:hidden">
          <OrderState state={row.state} shipBy={row.ship_by} />
          <span className="figures text-muted">{money(row.your_part)}</span>
        </span>
      </span>
      {further > 0 && (
        <span title={t("further", { number: further })} className="shrink-0">
          <Chip>+{further}</Chip>
        </span>
      )}
    </span>
  );
}
