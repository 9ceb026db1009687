"""`guitai test`: conversations, understanding and retrieval, scored on this machine."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Final

import typer

from assistant.adapters.system import SystemClock
from channels.bootstrap import Brain, load_release, make_brain
from channels.cli import exits
from channels.cli.configuration import read_settings
from channels.cli.progress import bar
from channels.composition_content import open_knowledge
from channels.composition_risk import scam_watch
from evals.attacks.command import EXAMPLE as ATTACKS_EXAMPLE
from evals.attacks.command import attacks
from evals.calls.command import EXAMPLE as CALLS_EXAMPLE
from evals.calls.command import calls
from evals.clock import BANK_DAY
from evals.e2e.cases import Case
from evals.e2e.reading import read_cases
from evals.e2e.report import as_report, write_report
from evals.e2e.running import CaseResult, running
from evals.harness import Harness
from evals.nlu.measure import Read, UnderstandingReport, read_all, report
from evals.nlu.plans import LabelledPlan, PlanReport, plan_report, read_all_plans, read_plans
from evals.nlu.report import write_understanding
from evals.nlu.rows import LabelledMessage, read_messages
from evals.printing import percent, print_json, print_table, say
from evals.retrieval.measure import RetrievalReport, measure
from evals.retrieval.questions import LabelledQuestion, read_labelled
from evals.scam import ScamScore, read_rows, score
from evals.wechat.command import EXAMPLE as WECHAT_EXAMPLE
from evals.wechat.command import wechat
from knowledge.embedding import BUNDLED, SentenceEncoder
from knowledge.twins import Translated, Twins

test_app = typer.Typer(
    help="Run conversations, score understanding and retrieval.",
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
)
AS_OF: Final[date] = BANK_DAY.date()
test_app.command(epilog=ATTACKS_EXAMPLE)(attacks)
test_app.command(epilog=WECHAT_EXAMPLE)(wechat)
test_app.command(epilog=CALLS_EXAMPLE)(calls)


@test_app.command(
    epilog="\b\nExample:\n  guitai test e2e evals/scenarios --report report\n"
    "  guitai test e2e tests.yml -k transfer --fail-fast\n\n"
    "Exit codes: 0 all passed, 1 some failed or a file is wrong, 2 usage or configuration.",
)
def e2e(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders, Rasa's e2e YAML.")],
    *,
    report_dir: Annotated[
        Path | None, typer.Option("--report", help="Write report.html and report.json here.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The report on stdout.")] = False,
    name: Annotated[str, typer.Option("-k", help="Only cases whose id holds this.")] = "",
    fail_fast: Annotated[bool, typer.Option("--fail-fast", help="Stop at a failure.")] = False,
) -> None:
    """Run conversations, each against a fresh sandbox bank in this process."""
    cases = [case for case in read_cases(paths) if name in case.id]
    if not cases:
        msg = f'no test case holds "{name}" in its id'
        raise typer.BadParameter(msg)
    brain = _brain()
    results = asyncio.run(_run(cases, brain, fail_fast=fail_fast))
    summary = as_report(results, brain.release)
    if report_dir is not None:
        page = write_report(report_dir, summary)
        if not as_json:
            say(f"report: {page}")
    if as_json:
        print_json(summary)
    else:
        _print_results(results, len(cases))
    _exit(is_good=all(result.passed for result in results))


@test_app.command(
    epilog="\b\nExample:\n  guitai test nlu evals/nlu/held_out.jsonl\n"
    "  guitai test nlu mine.jsonl --min-accuracy 0.9 --json\n"
    "  guitai test nlu mine.jsonl --report report",
)
def nlu(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Labelled JSONL.")],
    *,
    min_accuracy: Annotated[
        float, typer.Option(min=0, max=1, help="Exit 1 when the accuracy is below.")
    ] = 0.0,
    report_dir: Annotated[
        Path | None, typer.Option("--report", help="Write report.html and report.json here.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The figures as JSON.")] = False,
) -> None:
    """Score understanding: {"text", "command", "flow"?, "lang"?, "style"?, "slots"?} a line."""
    messages = read_messages(file)
    brain = _brain()
    reads = asyncio.run(_understand(messages, brain))
    found = report(reads)
    if report_dir is not None:
        page = write_understanding(report_dir, reads, brain.release)
        if not as_json:
            say(f"report: {page}")
    if as_json:
        print_json(found.as_json())
    else:
        _print_understanding(found)
    _exit(is_good=found.accuracy >= min_accuracy)


@test_app.command(
    epilog="\b\nExample:\n  guitai test plans evals/nlu/plans.jsonl\n"
    "  guitai test plans mine.jsonl --min-exact 0.8 --json",
)
def plans(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Labelled JSONL.")],
    *,
    min_exact: Annotated[
        float, typer.Option(min=0, max=1, help="Exit 1 when fewer plans are exactly right.")
    ] = 0.0,
    as_json: Annotated[bool, typer.Option("--json", help="The figures as JSON.")] = False,
) -> None:
    """Score messages with several wishes: {"text", "plan": [{"flow"}, {"question"}]} a line."""
    messages = read_plans(file)
    found = asyncio.run(_understand_plans(messages, _brain()))
    if as_json:
        print_json(found.as_json())
    else:
        _print_plans(found)
    _exit(is_good=found.exact >= min_exact)


@test_app.command(
    epilog="\b\nExample:\n  guitai test retrieval evals/questions/first.jsonl\n"
    "  guitai test retrieval evals/questions\n"
    "  guitai test retrieval mine.jsonl --docs ./manuals --json",
)
def retrieval(
    file: Annotated[
        Path, typer.Argument(exists=True, help="Labelled JSONL, or a folder of such files.")
    ],
    *,
    docs: Annotated[
        Path | None, typer.Option(help="Another folder of documents, indexed first.")
    ] = None,
    on: Annotated[str, typer.Option(help="Answers as of this day.")] = AS_OF.isoformat(),
    min_recall: Annotated[
        float, typer.Option(min=0, max=1, help="Exit 1 when recall@1 is below.")
    ] = 0.0,
    as_json: Annotated[bool, typer.Option("--json", help="The figures as JSON.")] = False,
) -> None:
    """Score retrieval: {"question", "document_id", "section"?, "answer_contains"?} a line."""
    questions = read_labelled(file)
    try:
        as_of = date.fromisoformat(on)
    except ValueError as error:
        msg = "--on is a day such as 2026-11-22"
        raise typer.BadParameter(msg) from error
    found = asyncio.run(_search(questions, docs, as_of))
    if as_json:
        print_json(asdict(found))
    else:
        _print_retrieval(found)
    _exit(is_good=found.recall_at_1 >= min_recall)


@test_app.command(
    epilog="\b\nExample:\n  guitai test scam evals/risk/scam_held_out.jsonl\n"
    "  guitai test scam calls.jsonl --min-recall 0.9 --max-alarms 0.03 --json",
)
def scam(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Labelled JSONL.")],
    *,
    min_recall: Annotated[
        float, typer.Option(min=0, max=1, help="Exit 1 when fewer scams are heard.")
    ] = 0.9,
    max_alarms: Annotated[
        float, typer.Option(min=0, max=1, help="Exit 1 when more others are taken for scams.")
    ] = 0.03,
    as_json: Annotated[bool, typer.Option("--json", help="The figures as JSON.")] = False,
) -> None:
    """Score scam awareness: {"label": 0 or 1, "messages": [...]} or {"label", "caller"} a line."""
    try:
        rows = read_rows(file)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    settings = read_settings()
    release = load_release(settings.content_dir)
    encoder = SentenceEncoder(settings.embedding_model or BUNDLED, settings.data_dir / "models")
    found = score(rows, scam_watch(settings, release, encoder), release.risk.alert_at)
    if as_json:
        print_json(found.as_json())
    else:
        _print_scam(found)
    _exit(is_good=found.recall >= min_recall and found.false_alarms <= max_alarms)


def _print_scam(found: ScamScore) -> None:
    print_table(
        f"{found.scams + found.others} conversations",
        ("what", "share"),
        [
            ("scams heard", f"{percent(found.recall)} of {found.scams}"),
            ("false alarms", f"{percent(found.false_alarms)} of {found.others}"),
            ("p50 a message", f"{found.p50_ms} ms"),
        ],
    )
    wrong = [("missed", row, at) for row, at in found.missed]
    wrong += [("alarm", row, at) for row, at in found.alarms]
    if wrong:
        rows = [(what, row.id, row.kind, at, " | ".join(row.messages)) for what, row, at in wrong]
        print_table("What was wrong", ("what", "id", "kind", "score", "words"), rows)


def _brain() -> Brain:
    with bar("embedding") as progress:
        return make_brain(read_settings(), progress)


async def _run(cases: Sequence[Case], brain: Brain, *, fail_fast: bool) -> list[CaseResult]:
    results: list[CaseResult] = []
    with tempfile.TemporaryDirectory(prefix="guitai-e2e-") as folder, bar("conversations") as tell:
        harness = Harness(brain, read_settings(), Path(folder))
        async with running(cases, harness, fail_fast=fail_fast) as ended:
            async for result in ended:
                results.append(result)
                if tell is not None:
                    tell(len(results), len(cases))
    return results


async def _understand(messages: Sequence[LabelledMessage], brain: Brain) -> list[Read]:
    clock = SystemClock()
    with bar("messages") as tell:
        return await read_all(messages, brain.understander(clock), brain.release, clock, tell)


async def _understand_plans(messages: Sequence[LabelledPlan], brain: Brain) -> PlanReport:
    understander = brain.understander(SystemClock())
    with bar("messages") as tell:
        return plan_report(await read_all_plans(messages, understander, brain.release, tell))


async def _search(
    questions: Sequence[LabelledQuestion], documents: Path | None, as_of: date
) -> RetrievalReport:
    if documents is None:
        brain = _brain()
        twins = Twins(brain.built.documents)
        translated = Translated(brain.knowledge, twins)
        return await measure(translated, questions, as_of=as_of, twins=twins)
    with bar("embedding") as progress:
        knowledge = open_knowledge(read_settings(), documents, progress, told=say)
    return await measure(knowledge, questions, as_of=as_of)


def _print_results(results: Sequence[CaseResult], planned: int) -> None:
    rows = [
        (result.case.id, place, failure.expected, failure.got)
        for result in results
        for place, failures in (
            *((f"“{turn.record.said}”", turn.failures) for turn in result.turns),
            ("afterwards", result.failures),
        )
        for failure in failures
    ]
    if rows:
        print_table("What was not as expected", ("case", "turn", "expected", "got"), rows)
    passed = sum(result.passed for result in results)
    turns = [turn.record.ms for result in results for turn in result.turns]
    left = f", {planned - len(results)} not run" if planned > len(results) else ""
    say(f"{passed} passed, {len(results) - passed} failed{left}; {len(turns)} turns")


def _print_understanding(found: UnderstandingReport) -> None:
    rows = [
        ("accuracy", percent(found.accuracy)),
        ("macro-F1", percent(found.macro_f1)),
        *((("values right", percent(found.slots)),) if found.slots is not None else ()),
        ("out of scope refused", percent(found.out_of_scope_recall)),
        ("refused wrongly", percent(found.false_refusals)),
        ("asked back", percent(found.clarified)),
        ("p50 / p99", f"{found.p50_ms} / {found.p99_ms} ms"),
        *((f"style {name}", percent(share)) for name, share in found.by_style.items()),
        *((f"language {name}", percent(share)) for name, share in found.by_lang.items()),
    ]
    print_table(f"{found.messages} messages", ("what", "share"), rows)
    if found.confusions:
        worst = [
            (times, expected, got, "; ".join(examples))
            for expected, got, times, examples in found.confusions
        ]
        print_table("Most frequent confusions", ("times", "expected", "got", "examples"), worst)


def _print_plans(found: PlanReport) -> None:
    rows = [
        ("plans exactly right", percent(found.exact)),
        *((f"of {size} wishes", f"{r} of {of}") for size, (r, of) in found.by_size.items()),
        *((f"language {lang}", f"{r} of {of}") for lang, (r, of) in found.by_lang.items()),
        *((("values right", percent(found.slots)),) if found.slots is not None else ()),
    ]
    print_table(f"{found.messages} messages", ("what", "share"), rows)
    if found.failures:
        worst = [(times, kind, "\n".join(examples)) for kind, times, examples in found.failures]
        print_table("What went wrong", ("times", "kind", "examples"), worst)


def _print_retrieval(found: RetrievalReport) -> None:
    rows = [
        ("recall@1", percent(found.recall_at_1)),
        ("recall@5", percent(found.recall_at_5)),
        ("right section first", percent(found.section_at_1)),
        ("right section among five", percent(found.section_at_5)),
        ("answer holds the expected words", percent(found.quoted)),
        ("unanswerable, not answered", percent(found.abstained)),
        ("answerable, not answered", percent(found.abstained_wrongly)),
        (
            "figures said that nothing cited holds",
            f"{found.unsupported_figures} of {found.figures}",
        ),
        ("p50 / p99", f"{found.p50_ms} / {found.p99_ms} ms"),
        *((f"right, {name}", percent(share)) for name, share in found.by_kind.items()),
        *((f"right, {name}", percent(share)) for name, share in found.by_lang.items()),
    ]
    print_table(f"{found.questions} questions", ("what", "value"), rows)


def _exit(*, is_good: bool) -> None:
    raise typer.Exit(exits.OK if is_good else exits.FINDINGS)
