import { ArrowDown, ArrowUp, ImageOff, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { PhotoOut, SellerProductOut } from "@/shared/api/generated/model";
import {
  Button,
  Chip,
  Dialog,
  Dropzone,
  IconButton,
  Input,
  LoadError,
  Progress,
  SkeletonText,
} from "@/shared/kit";
import { ProductPicture } from "@/shared/pictures";
import { KINDS, usePictures } from "./usePictures";

const MOST = 8;
const MEGABYTES = 10;

interface PicturesDialogProps {
  sellerId: string;
  product: SellerProductOut;
  onClose: () => void;
}

/** A product's own pictures: send some, put them in order, say what is to be seen, take one off. */
export function PicturesDialog({ sellerId, product, onClose }: PicturesDialogProps) {
  const { t } = useTranslation("stock");
  const { photos, sending, send, arrange, remove } = usePictures(sellerId, product.id);
  const all = photos.data?.data ?? [];
  const room = MOST - all.filter(({ state }) => state !== "refused").length;
  function move(from: number, to: number) {
    const wanted = [...all];
    wanted.splice(to, 0, ...wanted.splice(from, 1));
    void arrange(wanted);
  }
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={t("pictures_of", { name: product.title })}
      lead={t("pictures_lead")}
      footer={<Button onClick={onClose}>{t("close")}</Button>}
    >
      <div className="grid gap-4">
        {photos.isError && <LoadError problem={photos.error} onRetry={photos.refetch} />}
        {photos.isPending && <SkeletonText lines={3} />}
        {all.length > 0 && (
          <ol className="grid gap-3" aria-label={t("pictures")}>
            {all.map((photo, place) => (
              <Row
                key={photo.id}
                photo={photo}
                place={place}
                last={place === all.length - 1}
                onMove={(by) => move(place, place + by)}
                onAlt={(alt) => void arrange(all.map((one) => (one.id === photo.id ? { ...one, alt } : one)))}
                onRemove={() => void remove(photo.id)}
              />
            ))}
          </ol>
        )}
        {sending.map(({ name, sent }) => (
          <Progress key={name} value={sent} label={t("picture_sending", { name })} />
        ))}
        <Dropzone
          label={t("pictures_add")}
          hint={t("pictures_hint", { room: Math.max(room, 0) })}
          kinds={KINDS}
          maxMegabytes={MEGABYTES}
          multiple
          disabled={room <= 0 || sending.length > 0}
          onFiles={(files) => void send(files.slice(0, room))}
        />
      </div>
    </Dialog>
  );
}

interface RowProps {
  photo: PhotoOut;
  place: number;
  last: boolean;
  onMove: (by: number) => void;
  onAlt: (alt: string) => void;
  onRemove: () => void;
}

function Row({ photo, place, last, onMove, onAlt, onRemove }: RowProps) {
  const { t } = useTranslation("stock");
  const number = place + 1;
  return (
    <li className="flex flex-wrap items-center gap-3">
      <Thumb photo={photo} />
      <div className="min-w-48 grow space-y-1.5">
        {photo.state === "refused" ? (
          <p className="text-sm text-negative">{photo.reason}</p>
        ) : (
          <Input
            key={photo.alt}
            aria-label={t("picture_alt", { number })}
            placeholder={t("picture_alt_hint")}
            defaultValue={photo.alt}
            maxLength={200}
            onBlur={({ target }) => target.value.trim() !== photo.alt && onAlt(target.value.trim())}
          />
        )}
        {photo.state === "sent" && <Chip>{t("picture_checked")}</Chip>}
        {photo.state === "asked" && <Chip tone="warning">{t("picture_missing")}</Chip>}
        {photo.state === "ready" && place === 0 && <Chip tone="positive">{t("picture_first")}</Chip>}
      </div>
      <div className="flex gap-1">
        <IconButton
          label={t("picture_earlier", { number })}
          disabled={place === 0}
          onClick={() => onMove(-1)}
        >
          <ArrowUp />
        </IconButton>
        <IconButton label={t("picture_later", { number })} disabled={last} onClick={() => onMove(1)}>
          <ArrowDown />
        </IconButton>
        <IconButton label={t("picture_remove", { number })} onClick={onRemove}>
          <Trash2 />
        </IconButton>
      </div>
    </li>
  );
}

function Thumb({ photo }: { photo: PhotoOut }) {
  if (photo.state === "ready")
    return <ProductPicture name={photo.name} tone="sand" className="size-16 shrink-0 rounded-md" />;
  return (
    <span className="flex size-16 shrink-0 items-center justify-center rounded-md bg-sunken text-muted">
      <ImageOff aria-hidden className="size-5" />
    </span>
  );
}
