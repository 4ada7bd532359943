import type { UseQueryResult } from "@tanstack/react-query";
import { Search, UserRoundX } from "lucide-react";
import { useState, type FormEvent, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Problem } from "../api";
import { Button, Card, EmptyState, Field, Input, LoadError, Skeleton } from "../kit";

interface FindBuyerProps {
  /** What is chosen before: the marketplace, the currency. */
  children: ReactNode;
  ready: boolean;
  onFind: (email: string) => void;
}

/** A form that finds a buyer by the address of the account. */
export function FindBuyer({ children, ready, onFind }: FindBuyerProps) {
  const { t } = useTranslation("ledger");
  const [text, setText] = useState("");
  const email = text.trim();
  const look = (event: FormEvent) => {
    event.preventDefault();
    if (ready && email) onFind(email);
  };
  return (
    <Card>
      <form onSubmit={look} className="flex flex-wrap items-end gap-4">
        {children}
        <Field label={t("buyer_email")} className="min-w-0 grow basis-60">
          <Input type="email" value={text} onChange={(event) => setText(event.target.value)} />
        </Field>
        <Button type="submit" disabled={!ready || !email}>
          <Search aria-hidden />
          {t("find_buyer")}
        </Button>
      </form>
    </Card>
  );
}

interface FoundBuyerProps<Buyer> {
  found: UseQueryResult<Buyer, Problem>;
  children: (buyer: Buyer) => ReactNode;
}

/** What is known of the buyer who was looked for, or that nobody has this address. */
export function FoundBuyer<Buyer>({ found, children }: FoundBuyerProps<Buyer>) {
  const { t } = useTranslation("ledger");
  if (found.isPending) return <Skeleton className="mt-4 h-40 w-full rounded-lg" />;
  return (
    <div className="mt-4">
      {found.isSuccess ? (
        children(found.data)
      ) : found.error.status === 404 ? (
        <Card>
          <EmptyState icon={<UserRoundX />} title={t("nobody_title")}>
            {t("nobody")}
          </EmptyState>
        </Card>
      ) : (
        <LoadError problem={found.error} onRetry={found.refetch} />
      )}
    </div>
  );
}
