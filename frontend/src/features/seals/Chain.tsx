import { clsx as cx } from "clsx";
import { Anchor, Link2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { BlockOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";

const SHOWN = 5;
const SHORT = 8;
/** The older a block, the wider the page that still has room for it. */
const FROM = ["", "", "max-sm:hidden", "max-xl:hidden", "max-2xl:hidden"];

/** The newest blocks side by side: what each begins with is what the one before ends with. */
export function Chain({ blocks }: { blocks: readonly BlockOut[] }) {
  const { t } = useTranslation("seals");
  const { number, time } = useFormat();
  const shown = blocks.slice(0, SHOWN).reverse();
  return (
    <ol aria-label={t("chain")} className="mb-4 flex items-stretch rounded-lg border bg-surface p-5">
      {shown.map((block, place) => (
        <li
          key={block.n}
          className={cx("flex max-w-56 min-w-0 flex-1 items-center", FROM[shown.length - 1 - place])}
        >
          {place > 0 && (
            <span aria-hidden className="flex shrink-0 items-center text-faint">
              <span className="h-px w-2 bg-line-strong" />
              <Link2 className="size-4" />
              <span className="h-px w-2 bg-line-strong" />
            </span>
          )}
          <div
            className={cx(
              "min-w-0 grow rounded-lg border px-3 py-2.5",
              place === shown.length - 1 ? "border-accent bg-accent-soft" : "border-line-strong",
            )}
          >
            <p className="flex items-center justify-between gap-2 font-semibold">
              <span className="figures">{number(block.n)}</span>
              {block.anchored && (
                <Anchor role="img" aria-label={t("anchored")} className="size-3.5 text-positive" />
              )}
            </p>
            <p className="text-xs text-muted">
              {t("count", { count: block.journals, n: number(block.journals) })} ·{" "}
              <span className="figures">{time(block.sealed_at)}</span>
            </p>
            <p dir="ltr" className="mt-2 font-mono text-xs text-muted">
              <span className="sr-only">{t("previous")}</span> {block.previous_hash.slice(0, SHORT)}
            </p>
            <p dir="ltr" className="font-mono text-xs font-semibold">
              <span className="sr-only">{t("hash")}</span> {block.hash.slice(0, SHORT)}
            </p>
          </div>
        </li>
      ))}
    </ol>
  );
}
