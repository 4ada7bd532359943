import { useId, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Input, MoneyInput, Select } from "@/shared/kit";
import { useLedgerWords } from "@/shared/ledger";
import type { Filters } from "./useFilters";

const KINDS = [
  "authorisation",
  "authorisation_ended",
  "awaited",
  "awaited_lowered",
  "awaited_ended",
  "capture",
  "gateway_fee",
  "refund",
  "refund_paid",
  "refund_failed",
  "dispute_opened",
  "dispute_fee",
  "dispute_won",
  "dispute_lost",
  "release",
  "payout",
  "payout_paid",
  "payout_failed",
  "goodwill",
  "conversion",
];

export function KindFilter({ value, onChange }: { value: string; onChange: (kind: string) => void }) {
  const { t } = useTranslation("journals");
  const { journal } = useLedgerWords();
  return (
    <Select
      aria-label={t("kind")}
      className="w-48!"
      value={value || "all"}
      onChange={(kind) => onChange(kind === "all" ? "" : kind)}
      options={[
        { value: "all", label: t("all_kinds") },
        ...KINDS.map((kind) => ({ value: kind, label: journal(kind) })),
      ]}
    />
  );
}

/** Account, days and amounts: for whoever knows what they look for. */
export function MoreFilters({ filters }: { filters: Filters }) {
  const { t } = useTranslation("journals");
  const { currency, currencies } = filters;
  const money = (minor: string) => (minor ? { amount: Number(minor), currency } : undefined);
  const set = (change: (minor: string) => void) => (typed: { amount: number } | undefined) =>
    change(typed && typed.amount > 0 ? String(typed.amount) : "");
  return (
    <div
      id="more-filters"
      className="grid gap-x-3 gap-y-2.5 border-b border-line px-[18px] py-3 sm:grid-cols-2 lg:grid-cols-6"
    >
      <Named label={t("account")} className="lg:col-span-2">
        {(id) => (
          <Input
            id={id}
            placeholder="2010:sel_…"
            className="font-mono text-xs"
            value={filters.account}
            onChange={(event) => filters.setAccount(event.target.value)}
          />
        )}
      </Named>
      <Named label={t("from")}>
        {(id) => (
          <Input id={id} type="date" value={filters.from} onChange={(e) => filters.setFrom(e.target.value)} />
        )}
      </Named>
      <Named label={t("to")}>
        {(id) => (
          <Input id={id} type="date" value={filters.to} onChange={(e) => filters.setTo(e.target.value)} />
        )}
      </Named>
      <Named label={t("least")}>
        {(id) => (
          <MoneyInput
            key={currency}
            id={id}
            currency={currency}
            value={money(filters.least)}
            onChange={set(filters.setLeast)}
          />
        )}
      </Named>
      <Named label={t("most")}>
        {(id) => (
          <MoneyInput
            key={currency}
            id={id}
            currency={currency}
            value={money(filters.most)}
            onChange={set(filters.setMost)}
          />
        )}
      </Named>
      <p className="text-sm text-muted sm:col-span-2 lg:col-span-4">{t("more_hint")}</p>
      {currencies.length > 1 && (
        <div className="sm:col-span-2">
          <Select
            aria-label={t("currency")}
            value={currency}
            onChange={filters.setCurrency}
            options={currencies.map((code) => ({ value: code, label: code }))}
          />
        </div>
      )}
    </div>
  );
}

interface NamedProps {
  label: string;
  className?: string;
  children: (id: string) => ReactNode;
}

function Named({ label, className, children }: NamedProps) {
  const id = useId();
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1 block text-sm text-muted">
        {label}
      </label>
      {children(id)}
    </div>
  );
}
