import { CloudOff, Lock, RotateCw, SearchX, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { toProblem, type Problem } from "../api";
import { Button } from "./Button";
import { CopyId } from "./CopyId";
import { EmptyState } from "./EmptyState";

interface LoadErrorProps {
  /** Whatever the query failed with. */
  problem: unknown;
  onRetry?: () => unknown;
}

/** Says what could not be loaded and why, in the server's words where it has some, and offers to try again. */
export function LoadError({ problem: error, onRetry }: LoadErrorProps) {
  const { t } = useTranslation("kit");
  const problem = toProblem(error);
  const { icon, title, detail } = told(problem);
  return (
    <div role="alert">
      <EmptyState
        icon={icon}
        title={t(title)}
        action={
          onRetry && (
            <Button onClick={() => void onRetry()}>
              <RotateCw />
              {t("retry")}
            </Button>
          )
        }
      >
        {problem.detail && problem.status > 0 && problem.status < 500 ? problem.detail : t(detail)}
        {problem.requestId && (
          <span className="mt-2 block text-sm">
            {t("error_reference")} <CopyId id={problem.requestId} />
          </span>
        )}
      </EmptyState>
    </div>
  );
}

function told(problem: Problem) {
  if (problem.unreachable)
    return { icon: <CloudOff />, title: "error_unreachable_title", detail: "error_unreachable" } as const;
  if (problem.status === 403)
    return { icon: <Lock />, title: "error_forbidden_title", detail: "error_detail" } as const;
  if (problem.status === 404)
    return { icon: <SearchX />, title: "error_missing_title", detail: "error_detail" } as const;
  return { icon: <TriangleAlert />, title: "error_title", detail: "error_detail" } as const;
}
