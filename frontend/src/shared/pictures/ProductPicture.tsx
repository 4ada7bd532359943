import { clsx as cx } from "clsx";
import { isAddress, photoOf, pictureUrl, TONES, toneOf, type Tone } from "./tones";

interface ProductPictureProps {
  /** The name of a drawing ("teapot") or of a seller's photo ("photos/…"), or the address of a picture elsewhere. */
  name: string;
  /** Empty where the title stands beside it. */
  alt?: string;
  tone?: Tone | undefined;
  /** Loaded at once instead of when it comes near: for the largest picture of a page. */
  eager?: boolean;
  className?: string;
}

/** A drawing on its soft ground, or a photograph that fills it. What cannot be loaded leaves the ground alone. */
export function ProductPicture({ name, alt = "", tone, eager = false, className }: ProductPictureProps) {
  const photo = photoOf(name);
  const sizes = eager ? "40rem" : "auto,50vw";
  return (
    <span
      className={cx(
        "flex items-center justify-center overflow-hidden",
        TONES[tone ?? toneOf(name)],
        className,
      )}
    >
      <picture className="contents">
        {photo && <source type="image/avif" srcSet={photo.avif} sizes={sizes} />}
        <img
          src={photo ? `/api/v1/${name}/640.webp` : pictureUrl(name)}
          srcSet={photo?.webp}
          sizes={sizes}
          alt={alt}
          loading={eager ? undefined : "lazy"}
          width={photo?.width}
          height={photo?.height}
          onError={(event) => (event.currentTarget.hidden = true)}
          className={photo || isAddress(name) ? "size-full object-cover" : "size-[52%] object-contain"}
        />
      </picture>
    </span>
  );
}
