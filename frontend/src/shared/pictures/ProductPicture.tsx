import { clsx as cx } from "clsx";
import { isAddress, pictureUrl, TONES, toneOf, type Tone } from "./tones";

interface ProductPictureProps {
  /** The name of a drawing ("teapot"), or the address of a photograph. */
  name: string;
  /** Empty where the title stands beside it. */
  alt?: string;
  tone?: Tone | undefined;
  /** Loaded at once instead of when it comes near: for the largest picture of a page. */
  eager?: boolean;
  className?: string;
}

/** A drawing on its soft ground, or a photograph that fills it. */
export function ProductPicture({ name, alt = "", tone, eager = false, className }: ProductPictureProps) {
  return (
    <span
      className={cx(
        "flex items-center justify-center overflow-hidden",
        TONES[tone ?? toneOf(name)],
        className,
      )}
    >
      <img
        src={pictureUrl(name)}
        alt={alt}
        loading={eager ? "eager" : "lazy"}
        decoding="async"
        draggable={false}
        className={isAddress(name) ? "size-full object-cover" : "size-[52%] object-contain"}
      />
    </span>
  );
}
