import { zodResolver } from "@hookform/resolvers/zod";
import type { TFunction } from "i18next";
import { Truck } from "lucide-react";
import { useId, useMemo } from "react";
import { Controller, useForm, useWatch, type UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { z } from "@/shared/zod";
import { showProblem } from "@/shared/api";
import type { OrderLineOut, SellerOrderFullOut } from "@/shared/api/generated/model";
import { useShowSellerOrder } from "@/shared/api/generated/seller-portal/seller-portal";
import { Button, Dialog, Field, Input, LoadError, Notice, Quantity, SkeletonText, toast } from "@/shared/kit";
import { ProductPicture, type Tone } from "@/shared/pictures";
import { leftToShip, useShip } from "./api";

const CARRIERS = ["DHL", "DPD", "GLS", "Hermes", "UPS", "FedEx", "Royal Mail", "PostNord", "USPS"];

interface Parcel {
  carrier: string;
  tracking: string;
  quantities: Record<string, number>;
}

interface ShipDialogProps {
  sellerId: string;
  orderId: string;
  onClose: () => void;
}

/** Sends a parcel with everything that is left of an order, or with a part of it. */
export function ShipDialog({ sellerId, orderId, onClose }: ShipDialogProps) {
  const { t } = useTranslation("sellerOrders");
  const order = useShowSellerOrder(sellerId, orderId);
  if (order.data) return <ShipForm sellerId={sellerId} order={order.data} onClose={onClose} />;
  return (
    <Dialog open onClose={onClose} title={t("ship_title")}>
      {order.isError ? (
        <LoadError problem={order.error} onRetry={order.refetch} />
      ) : (
        <SkeletonText lines={5} />
      )}
    </Dialog>
  );
}

function rulesOf(t: TFunction<"sellerOrders">) {
  return z.object({
    carrier: z.string().trim().min(1, t("carrier_missing")).max(40, t("carrier_long")),
    tracking: z.string().trim().min(1, t("tracking_missing")).max(80, t("tracking_long")),
    quantities: z
      .record(z.string(), z.number())
      .refine((all) => Object.values(all).some((quantity) => quantity > 0), t("nothing_in_it")),
  });
}

interface ShipFormProps {
  sellerId: string;
  order: SellerOrderFullOut;
  onClose: () => void;
}

function ShipForm({ sellerId, order, onClose }: ShipFormProps) {
  const { t } = useTranslation("sellerOrders");
  const formId = useId();
  const lines = order.lines.filter((line) => leftToShip(line) > 0);
  const rules = useMemo(() => rulesOf(t), [t]);
  const form = useForm<Parcel>({
    resolver: zodResolver(rules),
    mode: "onTouched",
    defaultValues: {
      carrier: "",
      tracking: "",
      quantities: Object.fromEntries(lines.map((line) => [line.id, leftToShip(line)])),
    },
  });
  const ship = useShip(sellerId, order.id, (shipped) => {
    toast({ title: t("shipped_toast", { id: shipped.order_id }), tone: "positive" });
    onClose();
  });
  const pieces = Object.values(useWatch({ control: form.control, name: "quantities" })).reduce(
    (sum, quantity) => sum + quantity,
    0,
  );
  const submit = form.handleSubmit(({ carrier, tracking, quantities }) => {
    const packed = lines
      .map((line) => ({ line_id: line.id, quantity: quantities[line.id] ?? 0 }))
      .filter(({ quantity }) => quantity > 0);
    ship.mutate(
      { carrier: carrier.trim(), tracking: tracking.trim(), lines: packed },
      { onError: (problem) => showProblem(form, problem, { lines: "quantities" }) },
    );
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("ship_title")}
      lead={t("ship_to", { name: order.address.name, city: order.address.city })}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button
            tone="primary"
            type="submit"
            form={formId}
            busy={ship.isPending}
            disabled={lines.length === 0}
          >
            <Truck />
            {t("ship_pieces", { count: pieces })}
          </Button>
        </>
      }
    >
      <form id={formId} noValidate onSubmit={(event) => void submit(event)} className="grid gap-4">
        <Packing form={form} lines={lines} />
      </form>
    </Dialog>
  );
}

function Packing({ form, lines }: { form: UseFormReturn<Parcel>; lines: readonly OrderLineOut[] }) {
  const { t } = useTranslation("sellerOrders");
  const { errors } = form.formState;
  const carriers = useId();
  const nothing = Object.values(useWatch({ control: form.control, name: "quantities" })).every(
    (quantity) => quantity === 0,
  );
  if (lines.length === 0) return <Notice title={t("nothing_left")} />;
  return (
    <>
      {errors.root && <Notice tone="negative" title={errors.root.message} />}
      <div className="grid gap-4 sm:grid-cols-[1fr_1.6fr]">
        <Field label={t("carrier")} error={errors.carrier?.message} required>
          <Input list={carriers} autoComplete="off" {...form.register("carrier")} />
        </Field>
        <Field label={t("tracking")} error={errors.tracking?.message} required>
          <Input autoComplete="off" spellCheck={false} className="font-mono" {...form.register("tracking")} />
        </Field>
      </div>
      <datalist id={carriers}>
        {CARRIERS.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <fieldset className="max-h-72 overflow-y-auto rounded-lg border">
        <legend className="sr-only">{t("in_parcel")}</legend>
        <ul className="divide-y divide-line">
          {lines.map((line) => (
            <Controller
              key={line.id}
              control={form.control}
              name={`quantities.${line.id}`}
              render={({ field }) => (
                <PackedLine line={line} quantity={field.value} onChange={field.onChange} />
              )}
            />
          ))}
        </ul>
      </fieldset>
      {nothing && (
        <p role="alert" className="text-sm text-negative">
          {t("nothing_in_it")}
        </p>
      )}
    </>
  );
}

interface PackedLineProps {
  line: OrderLineOut;
  quantity: number;
  onChange: (quantity: number) => void;
}

function PackedLine({ line, quantity, onChange }: PackedLineProps) {
  const { t } = useTranslation("sellerOrders");
  const name = [line.title, line.variant_title].filter(Boolean).join(", ");
  const left = leftToShip(line);
  return (
    <li className="flex items-center gap-3 px-3.5 py-2.5">
      <ProductPicture
        name={line.picture}
        tone={line.tone as Tone}
        className="size-9 shrink-0 rounded-md [&_img]:size-[68%]"
      />
      <span className="min-w-0 grow">
        <span className="line-clamp-2 font-medium">{name}</span>
        <span className="block text-sm text-muted">{t("left_of", { left, all: line.quantity })}</span>
      </span>
      <Quantity name={name} value={quantity} min={0} max={left} onChange={onChange} />
    </li>
  );
}
