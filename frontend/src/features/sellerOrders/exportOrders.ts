import type { ListSellerOrdersState, SellerOrderRowOut } from "@/shared/api/generated/model";
import { listSellerOrders } from "@/shared/api/generated/seller-portal/seller-portal";
import { minorDigits } from "@/shared/format";

const PAGE = 100;
const MOST = 5_000;

/** Hands the person a CSV file of the orders they look at, up to 5,000. */
export async function exportOrders(
  sellerId: string,
  { state, tenant }: { state: ListSellerOrdersState; tenant: string },
): Promise<void> {
  const rows: SellerOrderRowOut[] = [];
  let cursor: string | null | undefined;
  do {
    const page = await listSellerOrders(sellerId, {
      state,
      limit: PAGE,
      ...(tenant ? { tenant } : {}),
      ...(cursor ? { cursor } : {}),
    });
    rows.push(...page.data);
    cursor = page.next_cursor;
  } while (cursor && rows.length < MOST);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([csvOf(rows)], { type: "text/csv" }));
  link.download = `orders-${state}.csv`;
  link.click();
  URL.revokeObjectURL(link.href);
}

function csvOf(rows: readonly SellerOrderRowOut[]): string {
  const head = "order,seller_order,marketplace,placed_at,ship_by,state,items,your_part,currency";
  const lines = rows.map((row) =>
    [
      row.order_id,
      row.id,
      row.marketplace.name,
      row.placed_at,
      row.ship_by,
      row.state,
      row.lines.map((line) => `${line.quantity} ${line.title} ${line.variant_title}`.trim()).join("; "),
      decimal(row.your_part),
      row.your_part.currency,
    ]
      .map(cell)
      .join(","),
  );
  return [head, ...lines].join("\r\n");
}

function decimal({ amount, currency }: SellerOrderRowOut["your_part"]): string {
  const digits = minorDigits(currency);
  return (amount / 10 ** digits).toFixed(digits);
}

/** Quoted, and never a formula for the table program that opens it. */
function cell(text: string): string {
  const safe = /^[=+\-@\t]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}
