import { useTranslation } from "react-i18next";
import { useParams } from "react-router-dom";
import { useAddToCart } from "@/features/cart/api";
import { useCartDrawer } from "@/features/cart/useCartDrawer";
import { ProductSkeleton } from "@/features/catalogue/ProductSkeleton";
import { ProductView } from "@/features/catalogue/ProductView";
import { toProblem } from "@/shared/api";
import { useReadProductPage, useReadStorefront } from "@/shared/api/generated/storefront/storefront";
import { LoadError, toast } from "@/shared/kit";

export function ProductPage() {
  const { t } = useTranslation("storefront");
  const { slug = "" } = useParams();
  const product = useReadProductPage(slug);
  const store = useReadStorefront();
  const add = useAddToCart();
  const show = useCartDrawer((drawer) => drawer.show);
  if (product.isPending) return <ProductSkeleton />;
  if (product.isError) return <LoadError problem={product.error} onRetry={product.refetch} />;
  return (
    <ProductView
      product={product.data}
      taxMode={store.data?.tax_mode ?? "none"}
      adding={add.isPending}
      onAdd={(variant, quantity) =>
        add.mutate(
          { variant_id: variant.id, quantity },
          {
            onSuccess: show,
            onError: (error) => {
              toast({
                tone: "negative",
                title: t("not_added"),
                detail: toProblem(error).detail || t("try_again"),
              });
              void product.refetch();
            },
          },
        )
      }
    />
  );
}
