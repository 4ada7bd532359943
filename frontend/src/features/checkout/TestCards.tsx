import { useTranslation } from "react-i18next";

const CARDS = [
  ["4242 4242 4242 4242", "ok"],
  ["4000 0000 0000 9995", "funds"],
  ["4000 0000 0000 0002", "declined"],
  ["4000 0000 0000 3220", "challenge"],
  ["4000 0000 0000 0341", "lost"],
  ["4000 0000 0000 2685", "disputed"],
] as const;

/** In the demo: the cards of the sandbox and what each does. A click fills the form. */
export function TestCards({ onChoose }: { onChoose: (number: string) => void }) {
  const { t } = useTranslation("checkout");
  return (
    <section className="mt-8 rounded-lg border border-dashed border-line-strong px-5 py-4">
      <h2 className="text-sm font-semibold">{t("test_cards")}</h2>
      <ul className="mt-2 grid gap-1 text-sm">
        {CARDS.map(([number, does]) => (
          <li key={number}>
            <button
              type="button"
              onClick={() => onChoose(number)}
              className="flex w-full flex-wrap items-baseline gap-x-3 rounded-sm py-0.5 text-start hover:bg-text/6"
            >
              <span dir="ltr" className="font-mono text-xs font-medium text-accent">
                {number}
              </span>
              <span className="text-muted">{t(`test.${does}`)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
