import { clsx as cx } from "clsx";
import { useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { ProductPicture, type Tone } from "../pictures";

export interface GalleryPicture {
  name: string;
  alt: string;
  tone?: Tone | undefined;
}

/** One large picture and the others to choose from; the arrow keys turn the pages. */
export function Gallery({ pictures }: { pictures: readonly GalleryPicture[] }) {
  const { t } = useTranslation("kit");
  const [shown, setShown] = useState(0);
  const current = pictures[shown] ?? pictures[0];
  if (!current) return null;

  function turn(event: KeyboardEvent<HTMLDivElement>) {
    const forward = document.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const next = (shown + (event.key === forward ? 1 : pictures.length - 1)) % pictures.length;
    setShown(next);
    event.currentTarget.querySelectorAll("button")[next]?.focus();
  }
  return (
    <div>
      <ProductPicture
        name={current.name}
        alt={current.alt}
        tone={current.tone}
        eager
        className="aspect-square w-full rounded-xl"
      />
      {pictures.length > 1 && (
        // Arrow keys move among the buttons inside; each of them is reachable and pressable by itself.
        // eslint-disable-next-line jsx-a11y/no-static-element-interactions
        <div onKeyDown={turn} className="mt-3 grid grid-cols-5 gap-3 sm:grid-cols-6">
          {pictures.map((picture, index) => (
            <button
              key={`${picture.name} ${index}`}
              type="button"
              aria-label={t("picture_of", { index: index + 1, total: pictures.length })}
              aria-current={index === shown}
              onClick={() => setShown(index)}
              className={cx(
                "overflow-hidden rounded-md border-2 transition-colors duration-150",
                index === shown ? "border-accent" : "border-transparent hover:border-line-strong",
              )}
            >
              <ProductPicture name={picture.name} tone={picture.tone} className="aspect-square w-full" />
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
