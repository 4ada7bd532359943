import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { findProductsToPick } from "@/shared/api/generated/merchandising/merchandising";
import { useFormat } from "@/shared/format";
import { Combobox } from "@/shared/kit";
import type { Named } from "./looks";

interface ProductPickerProps {
  label: string;
  /** Those that are named already, in either list. */
  taken: ReadonlySet<string>;
  disabled: boolean;
  onPick: (one: Named) => void;
}

/** Finds a product of the marketplace, without any rule, and adds it. */
export function ProductPicker({ label, taken, disabled, onPick }: ProductPickerProps) {
  const { money } = useFormat();
  const { t } = useTranslation("merchandising");
  const [typed, setTyped] = useState("");
  const words = useSettled(typed);
  const found = useQuery({
    queryKey: ["/admin/search/products", words],
    queryFn: ({ signal }) => findProductsToPick({ q: words }, undefined, signal),
    placeholderData: keepPreviousData,
  });
  const products = (found.data?.data ?? []).filter((one) => !taken.has(one.listing_id));
  return (
    <Combobox
      aria-label={label}
      placeholder={t("add_product")}
      disabled={disabled}
      loading={found.isFetching}
      value={undefined}
      onSearch={setTyped}
      options={products.map((one) => ({
        value: one.listing_id,
        label: `${one.title} · ${one.seller} · ${money(one.price)}`,
      }))}
      onChange={(id) => {
        const picked = products.find((one) => one.listing_id === id);
        if (picked) onPick(picked);
      }}
    />
  );
}

/** What is typed once the fingers rest. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), 200);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
