import type { FieldPath, FieldValues, UseFormReturn } from "react-hook-form";
import { toProblem } from "./problem";

/** `/lines/0/postal_code` is the field `lines.0.postal_code`. */
export function fieldOf(pointer: string): string {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .join(".");
}

/**
 * Shows the server's messages at their fields and gives the first the focus; what no field can show goes to the form
 * as a whole (`form.formState.errors.root`). Typed values stay. `rename` leads from the API's names to the form's.
 */
export function showProblem<Values extends FieldValues>(
  form: Pick<UseFormReturn<Values>, "setError" | "getValues">,
  error: unknown,
  rename: Record<string, FieldPath<Values>> = {},
): void {
  const problem = toProblem(error);
  const values = form.getValues();
  const homeless: string[] = [];
  let focused = false;
  for (const { pointer, detail } of problem.errors) {
    const name = rename[fieldOf(pointer)] ?? (fieldOf(pointer) as FieldPath<Values>);
    if (!((name.split(".")[0] ?? "") in values)) {
      homeless.push(detail);
      continue;
    }
    form.setError(name, { type: "server", message: detail }, { shouldFocus: !focused });
    focused = true;
  }
  if (homeless.length > 0) form.setError("root", { type: "server", message: homeless.join(" ") });
  else if (problem.errors.length === 0)
    form.setError("root", { type: "server", message: problem.detail || problem.title || problem.message });
}
