import { useFormat } from "@/shared/format";
import type { SellerOrderFullOut } from "@/shared/api/generated/model";

/** Where it goes, line by line, the country by its name. */
export function AddressLines({ address }: { address: SellerOrderFullOut["address"] }) {
  const { locale } = useFormat();
  const country = address.country && new Intl.DisplayNames(locale, { type: "region" }).of(address.country);
  const lines = [
    address.name,
    address.line1,
    address.line2,
    `${address.postal_code} ${address.city}`,
    country,
    address.phone,
  ];
  return lines.filter(Boolean).map((line) => (
    <span key={line} className="block">
      <bdi>{line}</bdi>
    </span>
  ));
}
