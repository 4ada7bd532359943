import { clsx as cx } from "clsx";

const SIZES = { sm: "size-7 text-xs", md: "size-8 text-xs", lg: "size-11 text-base" } as const;

/** A person or company: their picture, else the first letters of their name. */
export function Avatar({
  name,
  src,
  size = "md",
  className,
}: {
  name: string;
  src?: string | undefined;
  size?: keyof typeof SIZES;
  className?: string;
}) {
  const shape = cx(
    "inline-flex shrink-0 items-center justify-center overflow-hidden rounded-full",
    SIZES[size],
    className,
  );
  if (src) return <img src={src} alt="" className={cx(shape, "object-cover")} />;
  return (
    <span aria-hidden className={cx(shape, "bg-accent-soft font-bold text-accent")}>
      {initials(name)}
    </span>
  );
}

function initials(name: string): string {
  const words = name.split(/[\s&]+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)].map((word) => word?.[0]) : [name.slice(0, 2)];
  return letters.join("").toUpperCase();
}
