import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router-dom";
import type { Problem } from "@/shared/api";
import { removeSearchRule } from "@/shared/api/generated/merchandising/merchandising";
import type { SearchRuleFullOut, SearchRuleIn, SearchRuleOut } from "@/shared/api/generated/model";
import { Button, Card, Checkbox, Confirm, Field, Input, Notice, Radio, toast } from "@/shared/kit";
import { RULES, saveRule, useAskAnew } from "./api";
import type { Named } from "./looks";
import { NamedList } from "./NamedList";
import { Preview } from "./Preview";

const MOST_PINS = 20;
const MOST_HIDES = 100;

interface RuleFormProps {
  /** The rule that is changed; a new one without. */
  found?: SearchRuleFullOut;
  begun: string;
}

/** What a rule says, and beside it what that does. */
export function RuleForm({ found, begun }: RuleFormProps) {
  const { t } = useTranslation("merchandising");
  const navigate = useNavigate();
  const askAnew = useAskAnew(RULES);
  const one = found?.rule;
  const named = (ids: readonly string[] | undefined) =>
    (ids ?? []).flatMap((id) => found?.products.find((product) => product.listing_id === id) ?? []);
  const [query, setQuery] = useState(begun);
  const [tried, setTried] = useState(begun);
  const [matching, setMatching] = useState<SearchRuleOut["matching"]>(one?.matching ?? "exact");
  const [pins, setPins] = useState<Named[]>(() => named(one?.pins));
  const [hides, setHides] = useState<Named[]>(() => named(one?.hides));
  const [active, setActive] = useState(one?.active ?? true);
  const [starts, setStarts] = useState(local(one?.starts_at));
  const [ends, setEnds] = useState(local(one?.ends_at));
  const [removing, setRemoving] = useState(false);
  const taken = new Set([...pins, ...hides].map((product) => product.listing_id));
  const rule: SearchRuleIn = {
    query,
    matching,
    pins: pins.map((product) => product.listing_id),
    hides: hides.map((product) => product.listing_id),
    starts_at: moment(starts),
    ends_at: moment(ends),
    active,
  };
  const save = useMutation<SearchRuleOut, Problem>({
    mutationFn: () => saveRule(one, rule),
    onSuccess: () => {
      askAnew();
      toast({ title: t("rule_saved"), tone: "positive" });
      navigate(RULES);
    },
  });
  const remove = useMutation<unknown, Problem>({
    mutationFn: () => removeSearchRule(one?.id ?? ""),
    onError: (problem) => toast({ title: problem.detail || problem.message, tone: "negative" }),
    onSuccess: () => {
      askAnew();
      toast({ title: t("rule_removed"), tone: "neutral" });
      navigate(RULES, { replace: true });
    },
    onSettled: () => setRemoving(false),
  });
  const wrong = (field: string) =>
    save.error?.errors.find(({ pointer }) => pointer.split("/")[1] === field)?.detail;
  return (
    <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,25rem)_minmax(0,1fr)]">
      <Card>
        <form
          noValidate
          className="grid gap-5"
          onSubmit={(event) => {
            event.preventDefault();
            save.mutate();
          }}
        >
          {save.error && save.error.errors.length === 0 && (
            <Notice tone="negative" title={save.error.detail || save.error.message} />
          )}
          <Field label={t("query")} hint={t("query_hint")} error={wrong("query")} required>
            <Input
              dir="auto"
              value={query}
              onChange={(event) => {
                setQuery(event.target.value);
                setTried(event.target.value);
              }}
            />
          </Field>
          <Field label={t("matching")}>
            <Radio
              value={matching}
              onChange={(chosen) => setMatching(chosen as SearchRuleOut["matching"])}
              options={[
                { value: "exact", label: t("matching_exact") },
                { value: "contains", label: t("matching_contains") },
              ]}
            />
          </Field>
          <NamedList
            ordered
            title={t("first")}
            hint={t("first_hint", { most: MOST_PINS })}
            most={MOST_PINS}
            products={pins}
            taken={taken}
            error={wrong("pins")}
            onChange={setPins}
          />
          <NamedList
            ordered={false}
            title={t("left_out")}
            hint={t("left_out_hint", { most: MOST_HIDES })}
            most={MOST_HIDES}
            products={hides}
            taken={taken}
            error={wrong("hides")}
            onChange={setHides}
          />
          <div className="grid gap-4 sm:grid-cols-2 xl:grid-cols-1">
            <Field label={t("from")} error={wrong("starts_at")} optional>
              <Input
                type="datetime-local"
                value={starts}
                onChange={(event) => setStarts(event.target.value)}
              />
            </Field>
            <Field label={t("until")} error={wrong("ends_at")} optional>
              <Input type="datetime-local" value={ends} onChange={(event) => setEnds(event.target.value)} />
            </Field>
          </div>
          <Checkbox label={t("active")} hint={t("active_hint")} checked={active} onChange={setActive} />
          <div className="flex flex-wrap justify-end gap-2.5">
            {one && (
              <Button tone="quiet" className="me-auto" onClick={() => setRemoving(true)}>
                {t("remove")}
              </Button>
            )}
            <Button onClick={() => navigate(RULES)}>{t("cancel")}</Button>
            <Button tone="primary" type="submit" busy={save.isPending}>
              {t("save")}
            </Button>
          </div>
        </form>
      </Card>
      <Preview query={tried} onQuery={setTried} rule={rule} besides={one?.id} />
      <Confirm
        open={removing}
        danger
        onClose={() => setRemoving(false)}
        title={t("remove_rule_title")}
        action={t("remove")}
        busy={remove.isPending}
        onConfirm={() => remove.mutate()}
      >
        {t("remove_rule_lead", { query })}
      </Confirm>
    </div>
  );
}

/** A moment as the browser's own field writes it, by the clock of whoever looks; the field has minutes. */
function local(at: string | null | undefined): string {
  if (!at) return "";
  const when = new Date(at);
  return new Date(when.getTime() - when.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function moment(text: string): string | null {
  return text ? new Date(text).toISOString() : null;
}
