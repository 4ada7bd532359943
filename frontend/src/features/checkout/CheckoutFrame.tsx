import { ChevronDown, Lock, ShoppingBag } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, Outlet, ScrollRestoration, useLocation } from "react-router-dom";
import type { CartOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { Brand, Button, EmptyState, LoadError, Skeleton, Stepper } from "@/shared/kit";
import { Summary } from "./Summary";
import { useCheckoutCart } from "./useCheckoutCart";
import { useDraft } from "./useDraft";

const WIDTH = "mx-auto w-full max-w-[1184px] px-4 sm:px-8";
const STEPS = ["address", "delivery", "payment"] as const;

/** The quiet frame of the checkout: how far along, the page of the step, and what is being ordered, always in sight. */
export function CheckoutFrame({ name }: { name: string }) {
  const { t } = useTranslation("checkout");
  const { pathname } = useLocation();
  const { address, deliverySeen } = useDraft();
  const cart = useCheckoutCart();
  const current = STEPS.findIndex((step) => pathname.endsWith(step));
  const reached = [true, address !== undefined, deliverySeen];
  return (
    <div className="min-h-dvh">
      <header className="border-b border-line bg-surface">
        <div
          className={`${WIDTH} flex min-h-[67px] flex-wrap items-center justify-between gap-x-6 gap-y-2 py-3`}
        >
          <Brand name={name} />
          {current >= 0 && (
            <div className="max-sm:order-last max-sm:w-full">
              <Stepper
                label={t("steps")}
                current={current}
                steps={STEPS.map((step, index) => ({
                  label: t(`step_${step}`),
                  ...(reached[index] && { to: `/checkout/${step}` }),
                }))}
              />
            </div>
          )}
          <p className="flex items-center gap-2 text-sm text-muted max-sm:hidden">
            <Lock aria-hidden className="size-4" />
            {t("secure")}
          </p>
        </div>
      </header>
      <main className={`${WIDTH} py-6 lg:py-9`}>
        {cart.isError && <LoadError problem={cart.error} onRetry={cart.refetch} />}
        {cart.isPending && <FrameSkeleton />}
        {cart.data?.groups.length === 0 && <NothingToOrder />}
        {cart.data && cart.data.groups.length > 0 && (
          <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,640px)_minmax(0,440px)] lg:justify-between lg:gap-10">
            <SmallSummary cart={cart.data} />
            <div className="min-w-0">
              <Outlet />
            </div>
            <aside aria-label={t("your_order")} className="sticky top-6 max-lg:hidden">
              <Summary cart={cart.data} framed />
            </aside>
          </div>
        )}
      </main>
      <ScrollRestoration />
    </div>
  );
}

/** On a phone: the total at the top, everything else behind it. */
function SmallSummary({ cart }: { cart: CartOut }) {
  const { t } = useTranslation("checkout");
  const { money } = useFormat();
  return (
    <details className="group rounded-lg border bg-surface lg:hidden">
      <summary className="flex min-h-12 list-none items-center justify-between gap-4 px-4 [&::-webkit-details-marker]:hidden">
        <span className="flex items-center gap-2 text-base font-medium">
          <ShoppingBag aria-hidden className="size-4" />
          {t("your_order")}
          <ChevronDown
            aria-hidden
            className="size-4 text-muted transition-transform duration-150 group-open:rotate-180"
          />
        </span>
        <span className="figures font-bold">{money(cart.total)}</span>
      </summary>
      <div className="border-t border-line p-4">
        <Summary cart={cart} />
      </div>
    </details>
  );
}

function NothingToOrder() {
  const { t } = useTranslation("checkout");
  return (
    <EmptyState
      icon={<ShoppingBag />}
      title={t("empty_title")}
      action={
        <Button asChild tone="primary">
          <Link to="/">{t("empty_action")}</Link>
        </Button>
      }
    >
      {t("empty_detail")}
    </EmptyState>
  );
}

function FrameSkeleton() {
  const { t } = useTranslation("kit");
  return (
    <div
      role="status"
      aria-label={t("loading")}
      className="grid gap-10 lg:grid-cols-[minmax(0,640px)_minmax(0,440px)] lg:justify-between"
    >
      <div>
        <Skeleton className="h-10 w-2/3" />
        <Skeleton className="mt-6 h-72 w-full rounded-lg" />
      </div>
      <Skeleton className="h-96 w-full rounded-lg max-lg:hidden" />
    </div>
  );
}
