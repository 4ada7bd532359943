import { QueryClientProvider } from "@tanstack/react-query";
import { Suspense, useState, type ReactNode } from "react";
import { newQueryClient } from "@/shared/api";
import { Toaster, TooltipProvider } from "@/shared/kit";

export function Providers({ children }: { children: ReactNode }) {
  const [client] = useState(newQueryClient);
  return (
    <QueryClientProvider client={client}>
      <TooltipProvider>
        <Suspense>{children}</Suspense>
        <Toaster />
      </TooltipProvider>
    </QueryClientProvider>
  );
}
