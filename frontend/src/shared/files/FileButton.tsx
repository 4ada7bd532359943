import { useMutation } from "@tanstack/react-query";
import { Download } from "lucide-react";
import type { ReactNode } from "react";
import type { Problem } from "@/shared/api";
import type { FileLinkOut } from "@/shared/api/generated/model";
import { Button, toast, type ButtonProps } from "@/shared/kit";

interface FileButtonProps {
  /** Gets the file's address. */
  ask: () => Promise<FileLinkOut>;
  size?: NonNullable<ButtonProps["size"]>;
  /** Which file it is. */
  children: ReactNode;
}

/** Downloads a private file by an address that is asked for when it is wanted: it ends after a few minutes. */
export function FileButton({ ask, size = "md", children }: FileButtonProps) {
  const link = useMutation<FileLinkOut, Problem>({
    mutationFn: ask,
    onSuccess: ({ url }) => window.location.assign(url),
    onError: (problem) => toast({ title: problem.detail || problem.message, tone: "negative" }),
  });
  return (
    <Button size={size} busy={link.isPending} onClick={() => link.mutate()}>
      <Download aria-hidden />
      {children}
    </Button>
  );
}
