import * as Radix from "@radix-ui/react-toast";
import { CircleAlert, CircleCheck, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { dismiss, useToasts } from "./toasts";

/** Where toasts appear; mounted once, by the application. */
export function Toaster() {
  const { t } = useTranslation("kit");
  const toasts = useToasts((state) => state.toasts);
  return (
    <Radix.Provider label={t("notifications")} duration={6000}>
      {toasts.map(({ id, title, detail, tone, action }) => (
        <Radix.Root
          key={id}
          onOpenChange={(open) => !open && dismiss(id)}
          className="flex animate-rise items-center gap-3 rounded-lg bg-text py-2.5 ps-4 pe-2 text-base text-canvas shadow-float"
        >
          {tone === "positive" && <CircleCheck aria-hidden className="size-[18px] shrink-0" />}
          {tone === "negative" && <CircleAlert aria-hidden className="size-[18px] shrink-0" />}
          <div className="min-w-0 grow py-0.5">
            <Radix.Title className="font-semibold">{title}</Radix.Title>
            {detail && <Radix.Description className="text-sm opacity-80">{detail}</Radix.Description>}
          </div>
          {action && (
            <Radix.Action
              altText={action.label}
              onClick={action.run}
              className="rounded-sm px-2.5 py-1.5 font-semibold underline-offset-4 hover:underline"
            >
              {action.label}
            </Radix.Action>
          )}
          <Radix.Close
            aria-label={t("close")}
            className="inline-flex size-8 shrink-0 items-center justify-center rounded-full hover:bg-canvas/15"
          >
            <X aria-hidden className="size-4" />
          </Radix.Close>
        </Radix.Root>
      ))}
      <Radix.Viewport className="fixed inset-x-4 bottom-4 z-60 ms-auto flex max-w-sm flex-col gap-2 outline-none sm:inset-x-auto sm:end-6 sm:bottom-6 sm:w-96" />
    </Radix.Provider>
  );
}
