export { client, idempotent, request } from "./client";
export { showProblem } from "./formErrors";
export { Problem, toProblem, type FieldError } from "./problem";
export { useOnce } from "./once";
export { newQueryClient } from "./query";
