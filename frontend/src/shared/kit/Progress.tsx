import { useFormat } from "../format";

interface ProgressProps {
  /** From 0 to 1; undefined while nobody knows how long it takes. */
  value: number | undefined;
  label: string;
}

export function Progress({ value, label }: ProgressProps) {
  const { percent } = useFormat();
  return (
    <div>
      <div className="mb-1.5 flex justify-between gap-4 text-sm">
        <span className="font-medium">{label}</span>
        {value !== undefined && (
          <span className="figures text-muted">{percent(Math.floor(value * 100) / 100)}</span>
        )}
      </div>
      <div
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={value === undefined ? undefined : Math.round(value * 100)}
        className="h-2 overflow-hidden rounded-full bg-line"
      >
        <div
          className={`h-full rounded-full bg-accent transition-[width] duration-200 ${value === undefined ? "w-1/3 animate-pulse" : ""}`}
          style={value === undefined ? undefined : { width: `${value * 100}%` }}
        />
      </div>
    </div>
  );
}
