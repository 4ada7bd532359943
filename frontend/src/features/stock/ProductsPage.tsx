import { Download, Search, Tag, Upload } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router-dom";
import type { ListSellerProductsParams, SellerProductOut } from "@/shared/api/generated/model";
import { useListSellerProducts } from "@/shared/api/generated/offering/offering";
import {
  Button,
  Card,
  EmptyState,
  Input,
  LoadError,
  PageHead,
  Pagination,
  Table,
  Tabs,
  useCursor,
} from "@/shared/kit";
import { useFilter } from "@/shared/useFilter";
import { useLate } from "@/shared/useLate";
import { ImportDialog } from "./ImportDialog";
import { PicturesDialog } from "./PicturesDialog";
import { rowsOf, useGrid } from "./useGrid";

const STATES = ["published", "draft", "suspended"] as const;

/** Every variant with its counts and prices, to be written over in place. */
export function ProductsPage() {
  const { t } = useTranslation("stock");
  const { sellerId = "" } = useParams();
  const [importing, setImporting] = useState(false);
  return (
    <>
      <PageHead
        title={t("title")}
        lead={t("lead")}
        actions={
          <>
            <Button asChild>
              <a href={`/api/v1/seller/${sellerId}/products.csv`} download>
                <Download aria-hidden />
                {t("export")}
              </a>
            </Button>
            <Button tone="primary" onClick={() => setImporting(true)}>
              <Upload />
              {t("import")}
            </Button>
          </>
        }
      />
      <Grid sellerId={sellerId} />
      {importing && <ImportDialog sellerId={sellerId} onClose={() => setImporting(false)} />}
    </>
  );
}

function Grid({ sellerId }: { sellerId: string }) {
  const { t } = useTranslation("stock");
  const { cursor, next, onPrevious, reset } = useCursor();
  const [q, setQ] = useFilter("q", reset);
  const [state, setState] = useFilter("state", reset);
  const asked = useLate(q);
  const products = useListSellerProducts(
    sellerId,
    {
      q: asked,
      limit: 25,
      ...(state ? { state: state as NonNullable<ListSellerProductsParams["state"]> } : {}),
      ...(cursor ? { cursor } : {}),
    },
    { query: { placeholderData: (before) => before } },
  );
  const rows = products.data && rowsOf(products.data.data);
  const [pictured, setPictured] = useState<SellerProductOut>();
  const columns = useGrid(sellerId, rows ?? [], setPictured);
  return (
    <Card flush>
      {pictured && (
        <PicturesDialog sellerId={sellerId} product={pictured} onClose={() => setPictured(undefined)} />
      )}
      <Tabs
        label={t("state")}
        value={state || "all"}
        onChange={(value) => setState(value === "all" ? "" : value)}
        tabs={[
          { value: "all", label: t("all") },
          ...STATES.map((value) => ({ value, label: t(`state_${value}`) })),
        ]}
      />
      <div className="border-b border-line px-[18px] py-3">
        <div className="sm:max-w-sm">
          <Input
            type="search"
            aria-label={t("search")}
            placeholder={t("search")}
            leading={<Search aria-hidden />}
            value={q}
            onChange={(event) => setQ(event.target.value)}
          />
        </div>
      </div>
      {products.isError ? (
        <LoadError problem={products.error} onRetry={products.refetch} />
      ) : (
        <Table
          label={t("title")}
          columns={columns}
          rows={rows}
          rowKey={(row) => row.variant.id}
          rowName={(row) => row.name}
          empty={
            <EmptyState icon={<Tag />} title={t("none_title")}>
              {t("none")}
            </EmptyState>
          }
          footer={
            <Pagination
              shown={rows?.length ?? 0}
              onPrevious={onPrevious}
              onNext={next(products.data?.next_cursor)}
              busy={products.isPlaceholderData}
            />
          }
        />
      )}
    </Card>
  );
}
