import { ArrowDownUp, Hourglass, Lock, ReceiptText, Undo2 } from "lucide-react";
import { useState } from "react";
import { useFormat } from "@/shared/format";
import {
  Card,
  Chart,
  Chip,
  CopyId,
  Fact,
  Facts,
  Pagination,
  Sankey,
  Stat,
  Stats,
  Table,
  Tabs,
  toast,
  Trail,
  TwoColumns,
  type Sort,
} from "@/shared/kit";
import { ProductPicture } from "@/shared/pictures";
import { ORDERS, SALES, TRAIL, type Order } from "./samples";
import { Section } from "./Section";

const ICONS = [<Lock key="l" />, <ReceiptText key="r" />, <Undo2 key="u" />, <Hourglass key="h" />];

export function Figures() {
  const { money, date } = useFormat();
  const eur = (amount: number) => money({ amount, currency: "EUR" });
  return (
    <Section title="Figures">
      <div className="grid gap-6">
        <Stats>
          <Stat name="To ship today" value="7" note="2 are late" tone="warning" />
          <Stat name="On hold" value={eur(481230)} note="38 orders, next release tomorrow" />
          <Stat
            name="Available"
            value={eur(194715)}
            note={`goes out ${date("2026-11-27")}`}
            tone="positive"
          />
          <Stat
            name="This month"
            value={eur(1820490)}
            note="↑ 12.4 % on October"
            tone="positive"
            loading={false}
          />
        </Stats>
        <OrderTable />
        <TwoColumns
          aside={
            <>
              <Card title="Where the money is" aside="EUR">
                <Sankey
                  label="Where the money is"
                  currency="EUR"
                  flows={[
                    { from: "Buyer paid", to: "Escrow", amount: 10800 },
                    { from: "Buyer paid", to: "Tax", amount: 756, tone: "warning" },
                    { from: "Escrow", to: "Seller", amount: 7200, tone: "positive" },
                    { from: "Escrow", to: "Reserve", amount: 800, tone: "info" },
                    { from: "Escrow", to: "Commission", amount: 800 },
                    { from: "Escrow", to: "Refund", amount: 2000, tone: "negative" },
                  ]}
                />
              </Card>
              <Card>
                <Facts>
                  <Fact name="Charged">{eur(11556)}</Fact>
                  <Fact name="Refunded">{eur(2140)}</Fact>
                  <Fact name="To pay" strong>
                    {eur(27076)}
                  </Fact>
                </Facts>
              </Card>
              <Card title="Sales">
                <Chart
                  kind="area"
                  label="Sales by day"
                  data={SALES}
                  x="day"
                  series={[{ key: "sales", name: "Sales" }]}
                  formatY={(value) => eur(value)}
                />
              </Card>
            </>
          }
        >
          <Trail entries={TRAIL.map((entry, index) => ({ ...entry, icon: ICONS[index] }))} />
        </TwoColumns>
      </div>
    </Section>
  );
}

function OrderTable() {
  const { money } = useFormat();
  const [tab, setTab] = useState("ship");
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [sort, setSort] = useState<Sort>();
  return (
    <Card flush>
      <Tabs
        label="State"
        value={tab}
        onChange={setTab}
        aside={
          <span className="inline-flex items-center gap-1.5">
            <ArrowDownUp className="size-4" /> Ship by
          </span>
        }
        tabs={[
          { value: "ship", label: "To ship", count: 7 },
          { value: "way", label: "On their way", count: 21 },
          { value: "delivered", label: "Delivered", count: 1204 },
          { value: "loading", label: "Loading" },
        ]}
      />
      <Table<Order>
        label="Orders to ship"
        rows={tab === "loading" ? undefined : ORDERS}
        rowKey={(order) => order.id}
        selected={selected}
        onSelect={setSelected}
        sort={sort}
        onSort={setSort}
        onOpen={(order) => toast({ title: `Opened ${order.id}` })}
        actions={[
          {
            key: "s",
            label: "ship",
            run: (order) => toast({ title: `Shipped ${order.id}`, tone: "positive" }),
          },
        ]}
        footer={<Pagination shown={ORDERS.length} total={7} onNext={() => undefined} />}
        columns={[
          { id: "id", header: "Order", cell: (order) => <CopyId id={order.id} /> },
          {
            id: "items",
            header: "Items",
            cell: (order) => (
              <span className="flex items-center gap-3 font-semibold whitespace-nowrap">
                <ProductPicture name={order.picture} className="size-9 shrink-0 rounded-md" />
                {order.title}
              </span>
            ),
          },
          {
            id: "market",
            header: "Marketplace",
            from: "md",
            cell: (order) => <span className="text-muted">{order.market}</span>,
          },
          {
            id: "part",
            header: "Your part",
            align: "end",
            sortable: true,
            cell: (order) => <b className="font-semibold">{money(order.part)}</b>,
          },
          {
            id: "state",
            header: "State",
            align: "end",
            cell: (order) => <Chip tone={order.tone}>{order.state}</Chip>,
          },
        ]}
      />
    </Card>
  );
}
