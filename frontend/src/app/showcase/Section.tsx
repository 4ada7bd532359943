import type { ReactNode } from "react";

export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="pt-12">
      <h2 className="mb-5 heading text-xl">{title}</h2>
      {children}
    </section>
  );
}
