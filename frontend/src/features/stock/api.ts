import { useQueryClient } from "@tanstack/react-query";
import { setStock } from "@/shared/api/generated/fulfilment/fulfilment";
import type {
  FurtherPriceOut,
  PageOutSellerProductOut,
  SellerOfferOut,
  SellerVariantOut,
} from "@/shared/api/generated/model";
import { getListSellerProductsQueryKey, setSellerPrices } from "@/shared/api/generated/offering/offering";
import { getShowHomeQueryKey } from "@/shared/api/generated/seller-portal/seller-portal";

/** Saves one count or price, and shows at once what the server made of it. */
export function useSaving(sellerId: string) {
  const cache = useQueryClient();
  function change(variantId: string, made: (variant: SellerVariantOut) => SellerVariantOut) {
    cache.setQueriesData<PageOutSellerProductOut>(
      { queryKey: [getListSellerProductsQueryKey(sellerId)[0]] },
      (page) =>
        page && {
          ...page,
          data: page.data.map((product) => ({
            ...product,
            variants: product.variants.map((one) => (one.id === variantId ? made(one) : one)),
          })),
        },
    );
  }
  return {
    saveStock: async (variant: SellerVariantOut, locationId: string, onHand: number) => {
      const { data } = await setStock(sellerId, {
        changes: [{ variant_id: variant.id, location_id: locationId, on_hand: onHand }],
      });
      const counted = data[0]?.on_hand ?? onHand;
      change(variant.id, (one) => counting(one, locationId, counted));
      void cache.invalidateQueries({ queryKey: getShowHomeQueryKey(sellerId) });
    },
    /** Without an amount the variant is no longer for sale in this further currency. */
    savePrice: async (
      variant: SellerVariantOut,
      offer: SellerOfferOut,
      currency: string,
      amount: number | null,
    ) => {
      const before = [offer, ...offer.further].find((one) => one.price.currency === currency);
      const { data } = await setSellerPrices(sellerId, {
        changes: [
          {
            variant_id: variant.id,
            tenant: offer.tenant.slug,
            currency,
            price_minor: amount,
            compare_at_minor: (amount !== null && before?.compare_at?.amount) || null,
          },
        ],
      });
      const now =
        amount === null ? null : { price: { amount, currency }, compare_at: data[0]?.compare_at ?? null };
      change(variant.id, (one) => ({
        ...one,
        offers: one.offers.map((was) =>
          was.tenant.slug === offer.tenant.slug ? priced(was, currency, now) : was,
        ),
      }));
    },
  };
}

function counting(variant: SellerVariantOut, locationId: string, onHand: number): SellerVariantOut {
  const locations = variant.locations.map((one) =>
    one.location_id === locationId ? { ...one, on_hand: onHand } : one,
  );
  const total = locations.reduce((sum, one) => sum + one.on_hand, 0);
  return { ...variant, locations, on_hand: total, available: total - variant.reserved };
}

/** The offer with this price in the currency, or without one. */
function priced(offer: SellerOfferOut, currency: string, now: FurtherPriceOut | null): SellerOfferOut {
  if (currency === offer.price.currency) return { ...offer, ...now };
  const others = offer.further.filter((one) => one.price.currency !== currency);
  return { ...offer, further: now ? [...others, now] : others };
}
