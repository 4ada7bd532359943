import * as Radix from "@radix-ui/react-tabs";
import { clsx as cx } from "clsx";
import { useEffect, useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../format";

export interface Tab {
  value: string;
  label: ReactNode;
  count?: number | undefined;
  /** What the tab shows; leave out where the tabs only filter what stands below them. */
  panel?: ReactNode;
}

interface TabsProps {
  tabs: readonly Tab[];
  value: string;
  onChange: (value: string) => void;
  label: string;
  aside?: ReactNode;
  className?: string;
}

/** Where there is no room for all of them they scroll sideways, and the chosen one is in sight. */
export function Tabs({ tabs, value, onChange, label, aside, className }: TabsProps) {
  const { number } = useFormat();
  const { i18n } = useTranslation();
  const strip = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const chosen = strip.current?.querySelector<HTMLElement>("[data-state=active]");
    if (strip.current && chosen)
      strip.current.scrollLeft = chosen.offsetLeft + (chosen.offsetWidth - strip.current.clientWidth) / 2;
  }, [value]);
  return (
    <Radix.Root value={value} onValueChange={onChange} dir={i18n.dir()}>
      <div
        className={cx("flex items-center justify-between gap-4 border-b border-line px-[18px]", className)}
      >
        <Radix.List
          ref={strip}
          aria-label={label}
          className="relative -mb-px flex [scrollbar-width:none] gap-6 overflow-x-auto"
        >
          {tabs.map((tab) => (
            <Radix.Trigger
              key={tab.value}
              value={tab.value}
              className={cx(
                "h-11 shrink-0 border-b-2 border-transparent px-0.5 font-medium whitespace-nowrap text-muted outline-offset-[-2px] hover:text-text data-[state=active]:border-accent data-[state=active]:text-text",
                "data-[state=active]:font-semibold",
              )}
            >
              {tab.label}
              {tab.count !== undefined && (
                <span className="ms-1.5 figures font-normal text-muted">{number(tab.count)}</span>
              )}
            </Radix.Trigger>
          ))}
        </Radix.List>
        {aside && <div className="flex shrink-0 items-center gap-4 text-muted max-md:hidden">{aside}</div>}
      </div>
      {tabs.map((tab) => (
        <Radix.Content key={tab.value} value={tab.value} className="outline-offset-4">
          {tab.panel}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
