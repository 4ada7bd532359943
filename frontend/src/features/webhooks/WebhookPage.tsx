import { useMutation } from "@tanstack/react-query";
import { MoreHorizontal, Send } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router-dom";
import type { Problem } from "@/shared/api";
import type { WebhookOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import {
  Button,
  Card,
  Confirm,
  Crumbs,
  Fact,
  Facts,
  IconButton,
  LoadError,
  Menu,
  Notice,
  PageHead,
  Skeleton,
  SkeletonText,
  toast,
} from "@/shared/kit";
import { useAskAnew, useDesk, useEndpoint, useEndpoints } from "./api";
import { Deliveries } from "./Deliveries";
import { DisabledNotice } from "./DisabledNotice";
import { EndpointDialog } from "./EndpointDialog";
import { EndpointState, useEventWords } from "./looks";
import { SecretDialog } from "./SecretDialog";

/** One endpoint: how it stands, what it hears, and every delivery. */
export function WebhookPage() {
  const { t } = useTranslation("webhooks");
  const { endpointId = "" } = useParams();
  const desk = useDesk();
  const endpoint = useEndpoint(endpointId);
  const crumbs = <Crumbs to={desk.at} list={t("title")} id={endpointId} />;
  if (endpoint.isPending)
    return (
      <div role="status" aria-label={t("loading")}>
        <PageHead title={<Skeleton className="my-1.5 h-6 w-56" />} crumbs={crumbs} />
        <Card>
          <SkeletonText lines={8} />
        </Card>
      </div>
    );
  if (endpoint.isError) return <LoadError problem={endpoint.error} onRetry={endpoint.refetch} />;
  const one = endpoint.data;
  return (
    <>
      <PageHead
        title={hostOf(one.url)}
        chip={<EndpointState one={one} />}
        lead={one.description}
        crumbs={crumbs}
        actions={<Actions one={one} />}
      />
      {one.state === "disabled" && <DisabledNotice one={one} />}
      <Deliveries one={one} />
      <div className="mt-5 grid items-start gap-5 lg:grid-cols-2">
        <About one={one} />
      </div>
    </>
  );
}

function Actions({ one }: { one: WebhookOut }) {
  const { t } = useTranslation("webhooks");
  const desk = useDesk();
  const navigate = useNavigate();
  const askAnew = useAskAnew();
  const endpoints = useEndpoints();
  const [doing, setDoing] = useState<"change" | "rotate" | "disable" | "remove">();
  const [secret, setSecret] = useState("");
  const close = () => setDoing(undefined);
  const failed = (problem: Problem) => {
    close();
    toast({ title: problem.detail || problem.message, tone: "negative" });
  };
  const test = useMutation<unknown, Problem>({
    mutationFn: () => desk.test(one.id),
    onError: failed,
    onSuccess: () => {
      askAnew();
      toast({ title: t("test_sent"), tone: "positive" });
    },
  });
  const rotate = useMutation<{ secret: string }, Problem>({
    mutationFn: () => desk.rotate(one.id),
    onError: failed,
    onSuccess: (shown) => {
      close();
      askAnew();
      setSecret(shown.secret);
    },
  });
  const disable = useMutation<unknown, Problem>({
    mutationFn: () => desk.disable(one.id),
    onError: failed,
    onSuccess: () => {
      close();
      askAnew();
    },
  });
  const remove = useMutation<unknown, Problem>({
    mutationFn: () => desk.remove(one.id),
    onError: failed,
    onSuccess: () => {
      navigate(desk.at, { replace: true });
      askAnew();
      toast({ title: t("removed"), tone: "neutral" });
    },
  });
  if (!endpoints.data || endpoints.data.refused_with) return null;
  const isEnabled = one.state === "enabled";
  return (
    <>
      <Button busy={test.isPending} disabled={!isEnabled} onClick={() => test.mutate()}>
        <Send className="flip-rtl" />
        {t("send_test")}
      </Button>
      <Menu
        trigger={
          <IconButton label={t("more")}>
            <MoreHorizontal />
          </IconButton>
        }
        entries={[
          { label: t("change"), onSelect: () => setDoing("change") },
          { label: t("rotate"), onSelect: () => setDoing("rotate") },
          ...(isEnabled ? [{ label: t("disable"), onSelect: () => setDoing("disable") }] : []),
          { kind: "line" },
          { label: t("remove"), danger: true, onSelect: () => setDoing("remove") },
        ]}
      />
      {doing === "change" && (
        <EndpointDialog one={one} offered={endpoints.data.event_types} onClose={close} />
      )}
      <Confirm
        open={doing === "rotate"}
        onClose={close}
        title={t("rotate_title")}
        action={t("rotate")}
        busy={rotate.isPending}
        onConfirm={() => rotate.mutate()}
      >
        {t("rotate_lead")}
      </Confirm>
      <Confirm
        open={doing === "disable"}
        onClose={close}
        title={t("disable_title")}
        action={t("disable")}
        busy={disable.isPending}
        onConfirm={() => disable.mutate()}
      >
        {t("disable_lead")}
      </Confirm>
      <Confirm
        open={doing === "remove"}
        onClose={close}
        title={t("remove_title")}
        action={t("remove")}
        danger
        busy={remove.isPending}
        onConfirm={() => remove.mutate()}
      >
        {t("remove_lead")}
      </Confirm>
      {secret && <SecretDialog secret={secret} onClose={() => setSecret("")} />}
    </>
  );
}

function About({ one }: { one: WebhookOut }) {
  const { t } = useTranslation("webhooks");
  const { dateTime } = useFormat();
  const words = useEventWords();
  return (
    <>
      <Card title={t("about")}>
        <p className="mb-3 font-mono text-sm break-all">
          <bdi dir="ltr">{one.url}</bdi>
        </p>
        <Facts className="-mb-2">
          <Fact name={t("created")}>{dateTime(one.created_at)}</Fact>
          {one.failures > 0 && <Fact name={t("failures")}>{t("in_a_row", { count: one.failures })}</Fact>}
          {one.failing_since && <Fact name={t("failing_since")}>{dateTime(one.failing_since)}</Fact>}
        </Facts>
        {one.old_secret_until && new Date(one.old_secret_until) > new Date() && (
          <div className="mt-4">
            <Notice title={t("two_secrets", { until: dateTime(one.old_secret_until) })} />
          </div>
        )}
      </Card>
      <Card title={t("events")}>
        <ul className="grid gap-2">
          {one.event_types.map((type) => (
            <li key={type}>
              <span className="block">{words(type)}</span>
              <span className="block font-mono text-xs break-all text-muted">
                <bdi dir="ltr">{type}</bdi>
              </span>
            </li>
          ))}
        </ul>
      </Card>
    </>
  );
}

/** The host of a URL; the whole where it has none. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
