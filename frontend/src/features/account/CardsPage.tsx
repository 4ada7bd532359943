import { useQueryClient } from "@tanstack/react-query";
import { CreditCard } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toProblem } from "@/shared/api";
import {
  getListPaymentMethodsQueryKey,
  useListPaymentMethods,
  useSetDefaultPaymentMethod,
  useRemovePaymentMethod,
} from "@/shared/api/generated/account/account";
import type { PaymentMethodOut } from "@/shared/api/generated/model";
import { Button, Card, Chip, Confirm, EmptyState, LoadError, Skeleton, toast } from "@/shared/kit";

/** The cards that are kept in this marketplace: one is offered first, each can be removed. */
export function CardsPage() {
  const { t } = useTranslation("account");
  const cards = useListPaymentMethods();
  const client = useQueryClient();
  const [removing, setRemoving] = useState<PaymentMethodOut>();
  const told = {
    onSuccess: () => client.invalidateQueries({ queryKey: getListPaymentMethodsQueryKey() }),
    onError: (error: unknown) => {
      toast({ tone: "negative", title: t("not_done"), detail: toProblem(error).detail || t("try_again") });
    },
  };
  const prefer = useSetDefaultPaymentMethod({ mutation: told });
  const remove = useRemovePaymentMethod({ mutation: told });
  return (
    <>
      <h1 className="mb-5 heading text-2xl">{t("cards")}</h1>
      <Card flush>
        <p className="px-5 py-4 text-base text-muted">{t("cards_lead")}</p>
        {cards.isPending && <Skeleton className="m-5 h-24" />}
        {cards.isError && <LoadError problem={cards.error} onRetry={cards.refetch} />}
        {cards.data?.data.length === 0 && (
          <EmptyState icon={<CreditCard />} title={t("no_cards_title")}>
            {t("no_cards")}
          </EmptyState>
        )}
        {cards.data && cards.data.data.length > 0 && (
          <ul className="divide-y divide-line border-t border-line">
            {cards.data.data.map((card) => (
              <SavedCard
                key={card.id}
                card={card}
                busy={prefer.isPending}
                onPrefer={() => prefer.mutate({ methodId: card.id })}
                onRemove={() => setRemoving(card)}
              />
            ))}
          </ul>
        )}
      </Card>
      <Confirm
        open={removing !== undefined}
        onClose={() => setRemoving(undefined)}
        title={t("remove_title", { card: removing ? `${removing.brand} •••• ${removing.last4}` : "" })}
        action={t("remove")}
        danger
        busy={remove.isPending}
        onConfirm={() => {
          if (removing) remove.mutate({ methodId: removing.id }, { onSettled: () => setRemoving(undefined) });
        }}
      >
        {t("remove_detail")}
      </Confirm>
    </>
  );
}

interface SavedCardProps {
  card: PaymentMethodOut;
  busy: boolean;
  onPrefer: () => void;
  onRemove: () => void;
}

function SavedCard({ card, busy, onPrefer, onRemove }: SavedCardProps) {
  const { t } = useTranslation("account");
  const name = `${card.brand} •••• ${card.last4}`;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-5 py-4 text-base">
      <CreditCard aria-hidden className="size-5 shrink-0 text-muted" />
      <span className="min-w-0 grow basis-44">
        <span dir="ltr" className="font-semibold">
          {name}
        </span>
        <span className="block figures text-sm text-muted">
          {t("expires", { date: `${String(card.exp_month).padStart(2, "0")}/${card.exp_year}` })}
        </span>
      </span>
      {card.is_default ? (
        <Chip tone="positive">{t("default")}</Chip>
      ) : (
        <Button size="sm" disabled={busy} onClick={onPrefer} aria-label={t("prefer_named", { card: name })}>
          {t("prefer")}
        </Button>
      )}
      <Button size="sm" onClick={onRemove} aria-label={t("remove_named", { card: name })}>
        {t("remove")}
      </Button>
    </li>
  );
}
