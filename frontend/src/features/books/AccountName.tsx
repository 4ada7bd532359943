/** "2010 Escrow · Nordlauf" */
export function AccountName({ code, name, sub_label }: { code: string; name: string; sub_label: string }) {
  return (
    <span className="flex min-w-0 items-baseline gap-2.5">
      <span className="font-mono text-xs text-muted">{code.split(":")[0]}</span>
      <span className="min-w-0">
        <span className="font-medium">{name}</span>
        {sub_label && <span className="text-muted"> · {sub_label}</span>}
      </span>
    </span>
  );
}
