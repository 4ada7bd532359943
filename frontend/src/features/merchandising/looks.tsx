import { useTranslation } from "react-i18next";
import type { PickedProductOut, Standing, Why } from "@/shared/api/generated/model";
import { Chip, type StateTone } from "@/shared/kit";
import { ProductPicture, type Tone } from "@/shared/pictures";

const TONES: Record<Standing, StateTone> = {
  active: "positive",
  off: "neutral",
  to_come: "info",
  over: "neutral",
};

/** Whether a rule holds now. */
export function RuleState({ standing }: { standing: Standing }) {
  const { t } = useTranslation("merchandising");
  return <Chip tone={TONES[standing]}>{t(`standing_${standing}`)}</Chip>;
}

/** Why a product stands where it does, as far as rules go; nothing where none has a say. */
export function WhyChip({ why }: { why: Why }) {
  const { t } = useTranslation("merchandising");
  if (why === "ranked") return null;
  return <Chip tone={why === "pinned" ? "accent" : "warning"}>{t(`why_${why}`)}</Chip>;
}

/** What a rule names: enough of a product to know it again. */
export type Named = Pick<PickedProductOut, "listing_id" | "title" | "picture" | "tone"> & {
  on_sale?: boolean;
};

/** A product in one line. */
export function ProductLine({ one, note }: { one: Named; note?: string | undefined }) {
  return (
    <span className="flex min-w-0 grow items-center gap-3">
      <ProductPicture
        name={one.picture}
        tone={one.tone as Tone}
        className="size-9 shrink-0 rounded-sm [&_img]:size-[62%]"
      />
      <span className="min-w-0">
        <span className="line-clamp-2 font-medium">
          <bdi>{one.title}</bdi>
        </span>
        {note && <span className="block truncate text-sm text-muted">{note}</span>}
      </span>
    </span>
  );
}
