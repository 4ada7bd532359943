import { ArrowLeftRight } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import { useListConversions } from "@/shared/api/generated/fx/fx";
import type { ConversionOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { Button, Card, EmptyState, Fact, Facts, LoadError, PageHead, Table, type Column } from "@/shared/kit";
import { MarketplaceSelect, useOneMarketplace } from "@/shared/ledger";
import { RecordConversion } from "./RecordConversion";

/** What a marketplace's bank or gateway changed into another currency, and what account 4030 says of it. */
export function FxPage() {
  const { t } = useTranslation("fx");
  const { money } = useFormat();
  const { market, markets, choose } = useOneMarketplace();
  const [before, setBefore] = useState<string>();
  const tenant = market?.slug ?? "";
  const found = useListConversions(
    { tenant, limit: 25, ...(before ? { before } : {}) },
    { query: { enabled: tenant !== "", placeholderData: (last) => last } },
  );
  const columns = useColumns();
  const [first, second] = market?.currencies ?? [];
  return (
    <>
      <PageHead
        title={t("title")}
        lead={t("lead")}
        actions={
          <MarketplaceSelect
            className="w-48!"
            markets={markets}
            value={tenant}
            onChange={(slug) => {
              choose(slug);
              setBefore(undefined);
            }}
          />
        }
      />
      {market && first && second && (
        <RecordConversion
          key={tenant}
          tenant={tenant}
          currencies={market.currencies}
          onRecorded={() => void found.refetch()}
        />
      )}
      {found.data && found.data.exchange.length > 0 && (
        <Card title={t("standing")} className="mt-4">
          <Facts className="-my-2">
            {found.data.exchange.map((one) => (
              <Fact key={one.currency} name={one.currency}>
                {money(one)}
              </Fact>
            ))}
          </Facts>
        </Card>
      )}
      <Card flush className="mt-4">
        {found.isError ? (
          <LoadError problem={found.error} onRetry={found.refetch} />
        ) : (
          <Table
            label={t("title")}
            columns={columns}
            rows={found.data?.data}
            rowKey={(row) => row.journal_id}
            empty={
              <EmptyState icon={<ArrowLeftRight />} title={t("none_title")}>
                {second ? t("none") : t("one_currency", { currency: first ?? "" })}
              </EmptyState>
            }
          />
        )}
        {found.data?.next_before && (
          <div className="border-t border-line p-3">
            <Button onClick={() => setBefore(found.data.next_before ?? undefined)}>{t("older")}</Button>
          </div>
        )}
      </Card>
    </>
  );
}

function useColumns(): Column<ConversionOut>[] {
  const { t } = useTranslation("fx");
  const { money, day } = useFormat();
  return [
    {
      id: "on",
      header: t("on"),
      cell: (row) => (
        <Link
          to={`/finance/journals/${row.journal_id}`}
          className="figures whitespace-nowrap underline-offset-4 hover:text-accent hover:underline"
        >
          {day(row.on)}
        </Link>
      ),
    },
    {
      id: "reference",
      header: t("reference"),
      from: "md",
      cell: (row) => <span className="block max-w-44 truncate">{row.reference}</span>,
    },
    {
      id: "source",
      header: t("source"),
      from: "lg",
      cell: (row) => <span className="block max-w-52 truncate text-muted">{row.source}</span>,
    },
    { id: "sold", header: t("sold"), align: "end", cell: (row) => money(row.sold) },
    {
      id: "rate",
      header: t("rate"),
      align: "end",
      from: "sm",
      cell: (row) => (
        <span dir="ltr" className="figures text-muted">
          {row.rate}
        </span>
      ),
    },
    {
      id: "bought",
      header: t("bought"),
      align: "end",
      cell: (row) => <b className="font-semibold">{money(row.bought)}</b>,
    },
  ];
}
