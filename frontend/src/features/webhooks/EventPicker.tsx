import { CircleAlert } from "lucide-react";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { Checkbox } from "@/shared/kit";
import { useEventWords } from "./looks";

interface EventPickerProps {
  offered: string[];
  chosen: string[];
  onChange: (chosen: string[]) => void;
  error: string | undefined;
}

/** Which events an endpoint hears, by what they are about; all at once with the first box. */
export function EventPicker({ offered, chosen, onChange, error }: EventPickerProps) {
  const { t, i18n } = useTranslation("webhooks");
  const words = useEventWords();
  const id = useId();
  const groups = [...new Set(offered.map(about))];
  const heading = (group: string) =>
    i18n.exists(`webhooks:about_${group}`) ? t(`about_${group}` as "about_orders") : group;
  const toggle = (type: string, wanted: boolean) =>
    onChange(wanted ? [...chosen, type].sort() : chosen.filter((one) => one !== type));
  return (
    <fieldset aria-describedby={error ? `${id}-note` : undefined}>
      <legend className="mb-2 text-sm font-semibold">{t("events")}</legend>
      <Checkbox
        label={t("all_events")}
        checked={chosen.length === offered.length ? true : chosen.length ? "some" : false}
        onChange={(wanted) => onChange(wanted ? [...offered] : [])}
      />
      <div className="mt-3 max-h-72 overflow-y-auto rounded-lg border px-4 pt-4">
        <div className="gap-x-4 sm:columns-2">
          {groups.map((group) => (
            <div key={group} className="grid break-inside-avoid gap-2 pb-4">
              <p className="text-xs font-semibold text-muted">{heading(group)}</p>
              {offered
                .filter((type) => about(type) === group)
                .map((type) => (
                  <Checkbox
                    key={type}
                    label={words(type)}
                    hint={
                      <bdi dir="ltr" className="font-mono text-xs break-all">
                        {type}
                      </bdi>
                    }
                    checked={chosen.includes(type)}
                    onChange={(wanted) => toggle(type, wanted)}
                  />
                ))}
            </div>
          ))}
        </div>
      </div>
      <div id={`${id}-note`} aria-live="polite">
        {error && (
          <p className="mt-1.5 flex gap-1.5 text-sm text-negative">
            <CircleAlert aria-hidden className="mt-[2.5px] size-3.5 shrink-0" />
            {error}
          </p>
        )}
      </div>
    </fieldset>
  );
}

const about = (type: string) => type.split(".")[0] ?? type;
