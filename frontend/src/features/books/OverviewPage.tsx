import { ShieldCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useQueryClient } from "@tanstack/react-query";
import {
  getFinanceOverviewQueryKey,
  useFinanceOverview,
  useVerifyBooks,
} from "@/shared/api/generated/finance/finance";
import type { CurrencyOut, OverviewOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import {
  Button,
  Card,
  Chart,
  Chip,
  Fact,
  Facts,
  LoadError,
  PageHead,
  Stat,
  Stats,
  TwoColumns,
} from "@/shared/kit";
import { MarketplaceFilter } from "@/shared/ledger";
import { useFilter } from "@/shared/useFilter";
import { CurrencyFilter } from "./Filters";

/** What went through the marketplaces, what is held, and whether the books are clean. */
export function OverviewPage() {
  const { t } = useTranslation("books");
  const [tenant, setTenant] = useFilter("marketplace");
  const [wanted, setCurrency] = useFilter("currency");
  const overview = useFinanceOverview(tenant ? { tenant } : {}, {
    query: { placeholderData: (before) => before },
  });
  const currencies = overview.data?.currencies ?? [];
  const shown = currencies.find(({ currency }) => currency === wanted) ?? currencies[0];
  return (
    <>
      <PageHead
        title={t("overview")}
        actions={
          <>
            <MarketplaceFilter value={tenant} onChange={setTenant} />
            {currencies.length > 1 && (
              <CurrencyFilter
                value={shown?.currency ?? ""}
                onChange={setCurrency}
                currencies={currencies.map(({ currency }) => currency)}
              />
            )}
          </>
        }
      />
      {overview.isError ? (
        <LoadError problem={overview.error} onRetry={overview.refetch} />
      ) : (
        <>
          <Figures figures={shown} loading={overview.isPending} />
          <div className="mt-6">
            <TwoColumns aside={<Books overview={overview.data} figures={shown} />}>
              <Sales overview={overview.data} currency={shown?.currency} />
            </TwoColumns>
          </div>
        </>
      )}
    </>
  );
}

function Figures({ figures, loading }: { figures: CurrencyOut | undefined; loading: boolean }) {
  const { t } = useTranslation("books");
  const { money } = useFormat();
  const stat = (name: "gmv" | "held" | "payable" | "commission") => (
    <Stat
      name={t(name)}
      value={figures ? money(figures[name]) : "–"}
      note={t(`${name}_note`)}
      loading={loading}
    />
  );
  return (
    <Stats>
      {stat("gmv")}
      {stat("held")}
      {stat("payable")}
      {stat("commission")}
    </Stats>
  );
}

function Sales({ overview, currency }: { overview: OverviewOut | undefined; currency: string | undefined }) {
  const { t } = useTranslation("books");
  const { money, day } = useFormat();
  if (!overview || !currency) return null;
  const points = overview.daily
    .filter((one) => one.currency === currency)
    .map((one) => ({ day: one.day, gmv: one.gmv, commission: one.commission }));
  return (
    <Card title={t("sales")} aside={currency}>
      <Chart
        kind="area"
        label={t("sales")}
        data={points}
        x="day"
        series={[
          { key: "gmv", name: t("gmv") },
          { key: "commission", name: t("commission"), tone: "info" },
        ]}
        formatX={day}
        formatY={(amount) => money({ amount, currency })}
        height={300}
      />
    </Card>
  );
}

function Books({
  overview,
  figures,
}: {
  overview: OverviewOut | undefined;
  figures: CurrencyOut | undefined;
}) {
  const { t } = useTranslation("books");
  const { money, number, relative } = useFormat();
  const cache = useQueryClient();
  const verify = useVerifyBooks({
    mutation: { onSuccess: () => cache.invalidateQueries({ queryKey: getFinanceOverviewQueryKey() }) },
  });
  const last = verify.data ?? overview?.last_verify;
  return (
    <>
      <Card title={t("books")}>
        <Facts className="-mt-2">
          <Fact name={t("orders")}>{overview && number(overview.orders)}</Fact>
          <Fact name={t("journals")}>{overview && number(overview.journals)}</Fact>
          <Fact name={t("postings")}>{overview && number(overview.postings)}</Fact>
          <Fact name={t("verified")}>
            <span role="status">
              {last ? (
                <Chip tone={last.clean ? "positive" : "negative"}>
                  {last.clean ? t("clean", { when: relative(last.at) }) : t("not_clean")}
                </Chip>
              ) : (
                t("never")
              )}
            </span>
          </Fact>
        </Facts>
        <Button size="sm" className="mt-2" busy={verify.isPending} onClick={() => verify.mutate({})}>
          <ShieldCheck />
          {t("verify")}
        </Button>
      </Card>
      {figures && (
        <Card title={t("further")} aside={figures.currency}>
          <Facts className="-my-2">
            <Fact name={t("tax")}>{money(figures.tax)}</Fact>
            <Fact name={t("paid_out")}>{money(figures.paid_out)}</Fact>
            <Fact name={t("refunded")}>{money(figures.refunded)}</Fact>
          </Facts>
        </Card>
      )}
    </>
  );
}
