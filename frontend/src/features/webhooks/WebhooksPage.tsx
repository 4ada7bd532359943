import { Plus, Webhook } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router-dom";
import type { WebhookOut, WebhookSecretOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { Button, Card, EmptyState, LoadError, Notice, PageHead, Table, type Column } from "@/shared/kit";
import { useDesk, useEndpoints } from "./api";
import { EndpointDialog } from "./EndpointDialog";
import { EndpointState } from "./looks";
import { SecretDialog } from "./SecretDialog";

/** Where one is told of what happens, and whether that goes well. */
export function WebhooksPage() {
  const { t } = useTranslation("webhooks");
  const desk = useDesk();
  const navigate = useNavigate();
  const endpoints = useEndpoints();
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<WebhookSecretOut>();
  const columns = useColumns(desk.at);
  const refused = endpoints.data?.refused_with;
  const add = (
    <Button tone="primary" onClick={() => setAdding(true)}>
      <Plus />
      {t("add")}
    </Button>
  );
  const isEmpty = endpoints.data?.data.length === 0;
  return (
    <>
      <PageHead
        title={t("title")}
        lead={t("lead")}
        actions={endpoints.data && !refused && !isEmpty ? add : undefined}
      />
      {refused && (
        <div className="mb-5">
          <Notice title={t(refused === "webhooks.needs_pro" ? "needs_pro_title" : "owners_only_title")}>
            {t(refused === "webhooks.needs_pro" ? "needs_pro" : "owners_only")}
          </Notice>
        </div>
      )}
      <Card flush>
        {endpoints.isError ? (
          <LoadError problem={endpoints.error} onRetry={endpoints.refetch} />
        ) : (
          <Table
            label={t("title")}
            columns={columns}
            rows={endpoints.data?.data}
            rowKey={(row) => row.id}
            rowName={(row) => row.url}
            onOpen={(row) => navigate(`${desk.at}/${row.id}`)}
            empty={
              <EmptyState icon={<Webhook />} title={t("none_title")} action={refused ? undefined : add}>
                {t(refused ? "none_to_see" : "none")}
              </EmptyState>
            }
          />
        )}
      </Card>
      {adding && endpoints.data && (
        <EndpointDialog
          offered={endpoints.data.event_types}
          onClose={() => setAdding(false)}
          onMade={(shown) => {
            setAdding(false);
            setMade(shown);
          }}
        />
      )}
      {made && (
        <SecretDialog secret={made.secret} onClose={() => navigate(`${desk.at}/${made.endpoint.id}`)} />
      )}
    </>
  );
}

function useColumns(at: string): Column<WebhookOut>[] {
  const { t } = useTranslation("webhooks");
  const { day } = useFormat();
  return [
    {
      id: "url",
      header: t("endpoint"),
      className: "max-w-0 w-full",
      cell: (row) => (
        <>
          <Link
            to={`${at}/${row.id}`}
            dir="ltr"
            className="block truncate text-start font-mono text-sm font-semibold underline-offset-4 hover:text-accent hover:underline"
          >
            {row.url}
          </Link>
          {row.description && (
            <span dir="auto" className="block truncate text-sm text-muted">
              {row.description}
            </span>
          )}
        </>
      ),
    },
    {
      id: "events",
      header: t("events"),
      from: "md",
      align: "end",
      cell: (row) => (
        <span className="whitespace-nowrap">{t("event_count", { count: row.event_types.length })}</span>
      ),
    },
    {
      id: "created",
      header: t("created"),
      from: "lg",
      cell: (row) => <span className="figures whitespace-nowrap text-muted">{day(row.created_at)}</span>,
    },
    { id: "state", header: t("state"), align: "end", cell: (row) => <EndpointState one={row} /> },
  ];
}
