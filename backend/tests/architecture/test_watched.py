"""What docs/operations.md and docs/alerts.yaml say of figures, against the figures that there are."""

import re
from pathlib import Path

import yaml
from prometheus_client.metrics import MetricWrapperBase

from velora.platform.telemetry import metrics, queues

DOCS = Path(__file__).parents[3] / "docs"
FIGURES = [one for page in (metrics, queues) for one in vars(page).values() if isinstance(one, MetricWrapperBase)]
SERIES = {"histogram": ("_bucket", "_count", "_sum"), "counter": ("_total",), "gauge": ("",)}


def row_of(figure: MetricWrapperBase) -> tuple[str, str, str, str]:
    name = figure._name + ("_total" if figure._type == "counter" else "")
    return name, str(figure._type), ", ".join(figure._labelnames) or "–", str(figure._documentation)


def rules() -> list[dict[str, str]]:
    return [rule for group in yaml.safe_load((DOCS / "alerts.yaml").read_text())["groups"] for rule in group["rules"]]


def test_the_page_lists_every_figure_with_its_labels():
    listed = re.findall(r"^\| `(velora_\w+)` \| (\w+) \| (.+?) \| (.+) \|$", (DOCS / "operations.md").read_text(), re.MULTILINE)
    assert sorted(listed) == sorted(row_of(one) for one in FIGURES)


def test_names_are_as_prometheus_wants_them():
    units = ("_seconds", "_events", "_deliveries", "_letters", "_timestamp_seconds")
    for name, kind, labels, _ in map(row_of, FIGURES):
        assert re.fullmatch(r"velora_[a-z]+(_[a-z]+)*", name), name
        assert kind != "histogram" or name.endswith(("_seconds", "_size")), name
        assert not set(labels.split(", ")) & {"tenant", "tenant_id", "seller_id", "account_id", "order_id", "email"}, name
        assert not re.search(r"_(ms|millis|minutes|hours)$", name), f"{name}: seconds, as {', '.join(units)}"


def test_every_alert_is_of_figures_that_there_are_and_of_labels_that_they_have():
    known = {figure._name + end: set(figure._labelnames) | {"le"} for figure in FIGURES for end in SERIES[str(figure._type)]}
    for rule in rules():
        used = re.findall(r"(velora_\w+)(?:\{([^}]*)\})?", rule["expr"])
        assert used, rule
        for name, chosen in used:
            assert name in known, f"{rule['alert']}: {name}"
            assert set(re.findall(r"(\w+)=", chosen)) <= known[name], rule["alert"]
        grouped = {label.strip() for labels in re.findall(r"by \(([^)]*)\)", rule["expr"]) for label in labels.split(",")}
        assert grouped <= set().union(*(known[name] for name, _ in used)), rule["alert"]
        assert rule["expr"].count("(") == rule["expr"].count(")"), rule["alert"]


def test_every_alert_says_how_bad_it_is_what_it_means_and_how_to_mend_it():
    for rule in rules():
        assert rule["labels"]["severity"] in ("page", "ticket"), rule  # pyright: ignore[reportArgumentType] -- a mapping
        assert set(rule["annotations"]) == {"summary", "mend"}, rule
    names = [rule["alert"] for rule in rules()]
    assert len(set(names)) == len(names) >= 10
