import { ArrowRight, ArrowUpRight, KeyRound, Store } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import type { VeloraModulesTenantsHttpMarketplaceOut as Marketplace } from "@/shared/api/generated/model";
import { useListMarketplaces } from "@/shared/api/generated/storefront/storefront";
import { useFormat } from "@/shared/format";
import { Button, Chip, EmptyState, LoadError, Skeleton, ThemeMenu } from "@/shared/kit";
import { pictureUrl } from "@/shared/pictures";
import { faceOf, faceVariables } from "@/shared/theme";

const WIDTH = "mx-auto w-full max-w-[1180px] px-5 sm:px-8";
const PLACES = [
  "start-[8%] bottom-[10%] h-[68%]",
  "end-[10%] top-[12%] h-[34%]",
  "end-[16%] bottom-[8%] h-[28%]",
] as const;

/** The bare address: every marketplace of this house, each in its own face. */
export function Home() {
  const { t } = useTranslation("marketplaces");
  const places = useListMarketplaces();
  useEffect(() => {
    document.title = "Velora";
  }, []);
  return (
    <div className="flex min-h-dvh flex-col text-md">
      <header className={`${WIDTH} flex items-center justify-between gap-4 py-5`}>
        <p className="text-xl font-bold tracking-tight">velora</p>
        <div className="flex items-center gap-2">
          <ThemeMenu />
          <Button asChild>
            <Link to="/signin">{t("sign_in")}</Link>
          </Button>
        </div>
      </header>
      <main className={`${WIDTH} grow pt-8 pb-16 sm:pt-14`}>
        <h1 className="max-w-[16em] text-3xl font-bold tracking-tight sm:text-4xl">{t("title")}</h1>
        <p className="mt-3 max-w-prose text-lg text-muted">{t("lead")}</p>
        {places.isPending && <Waiting />}
        {places.isError && <LoadError problem={places.error} onRetry={places.refetch} />}
        {places.data?.data.length === 0 && (
          <EmptyState icon={<Store />} title={t("empty_title")}>
            {t("empty")}
          </EmptyState>
        )}
        {places.data && places.data.data.length > 0 && (
          <ul className="mt-10 grid gap-6 md:grid-cols-2 lg:grid-cols-3">
            {places.data.data.map((place) => (
              <li key={place.slug}>
                <Place place={place} />
              </li>
            ))}
          </ul>
        )}
        {places.data?.demo && <DemoHint />}
      </main>
    </div>
  );
}

function Place({ place }: { place: Marketplace }) {
  const { t } = useTranslation("marketplaces");
  const { locale } = useFormat();
  const currency = new Intl.DisplayNames(locale, { type: "currency" }).of(place.currency) ?? place.currency;
  const pictures = place.theme.hero?.pictures ?? [];
  return (
    <a
      href={place.url}
      data-face="tenant"
      style={faceVariables(faceOf(place.theme))}
      className="group flex h-full flex-col overflow-hidden rounded-xl border bg-surface transition-[border-color,box-shadow] duration-150 hover:border-line-strong hover:shadow-card"
    >
      <span aria-hidden className="relative block h-52 ground-fresh">
        <span className="absolute inset-y-0 end-0 block w-[42%] ground-deep" />
        {pictures.slice(0, PLACES.length).map((picture, index) => (
          <img
            key={picture}
            src={pictureUrl(picture)}
            alt=""
            className={`absolute w-auto object-contain transition-transform duration-200 group-hover:scale-[1.03] ${PLACES[index] ?? ""}`}
          />
        ))}
      </span>
      <span className="flex grow flex-col p-6">
        <span className="flex items-baseline justify-between gap-3">
          <span className="heading text-2xl text-accent">{place.name}</span>
          <Chip tone="accent">{place.currency}</Chip>
        </span>
        <span className="mt-1.5 block text-muted">{place.tagline}</span>
        <span className="mt-6 flex items-center justify-between gap-3 pt-1 text-base">
          <span className="text-sm text-muted">{currency}</span>
          <span className="inline-flex items-center gap-1.5 font-semibold text-accent">
            {t("visit")}
            <ArrowUpRight
              aria-hidden
              className="size-4 flip-rtl transition-transform duration-150 group-hover:translate-x-0.5 group-hover:-translate-y-0.5"
            />
          </span>
        </span>
      </span>
    </a>
  );
}

/** In a demo: that there is an account of every role to try. */
function DemoHint() {
  const { t } = useTranslation("marketplaces");
  return (
    <aside className="mt-12 flex flex-wrap items-center gap-x-6 gap-y-4 rounded-xl border bg-surface px-6 py-5">
      <span
        aria-hidden
        className="inline-flex size-11 items-center justify-center rounded-full bg-accent-soft text-accent"
      >
        <KeyRound className="size-5" />
      </span>
      <div className="min-w-0 grow basis-72">
        <h2 className="font-semibold">{t("demo_title")}</h2>
        <p className="text-base text-muted">{t("demo")}</p>
      </div>
      <Button asChild tone="primary" size="lg">
        <Link to="/signin">
          {t("demo_action")}
          <ArrowRight aria-hidden className="flip-rtl" />
        </Link>
      </Button>
    </aside>
  );
}

function Waiting() {
  const { t } = useTranslation("kit");
  return (
    <div role="status" aria-label={t("loading")} className="mt-10 grid gap-6 md:grid-cols-2 lg:grid-cols-3">
      {[0, 1, 2].map((place) => (
        <Skeleton key={place} className="h-[22rem] rounded-xl" />
      ))}
    </div>
  );
}
