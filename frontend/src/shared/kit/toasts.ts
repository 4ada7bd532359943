import { create } from "zustand";

export interface ToastMessage {
  id: number;
  title: string;
  detail?: string;
  tone?: "neutral" | "positive" | "negative";
  action?: { label: string; run: () => void };
}

export const useToasts = create<{ toasts: ToastMessage[] }>(() => ({ toasts: [] }));

let count = 0;

/** Says in passing that something happened, perhaps with a way to undo it. What must be acted on belongs on the page. */
export function toast(message: Omit<ToastMessage, "id">): void {
  count += 1;
  const id = count;
  useToasts.setState(({ toasts }) => ({ toasts: [...toasts.slice(-2), { ...message, id }] }));
}

export function dismiss(id: number): void {
  useToasts.setState(({ toasts }) => ({ toasts: toasts.filter((one) => one.id !== id) }));
}
