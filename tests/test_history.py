"""Releases that are kept, and the way back to an earlier one."""

import pytest
from click.testing import CliRunner

from kg import history, release
from kg.cli import main
from kg.errors import ReleaseError
from kg.store import current_name, open_current

VAN = "data/entities/resource/book-van.yaml"


@pytest.fixture
def three(tiny, edit) -> list[str]:
    """The names of three releases, each made after the one before."""
    names = [release.make(tiny).name]
    for colour in ("red", "blue"):
        edit(VAN, "A ", f"A {colour} ")
        names.append(release.make(tiny).name)
    return names


def test_all_are_listed_newest_first(tiny, three):
    assert [entry.name for entry in history.kept(tiny.releases)] == three[::-1]
    assert [line[0] for line in history.lines(tiny.releases)] == ["→", " ", " "]
    assert all("2026-11-20" in line and "quads" in line for line in history.lines(tiny.releases))


def test_back_goes_a_release_at_a_time_and_forward_by_name(tiny, three):
    assert history.roll_back(tiny.releases).name == three[1] == current_name(tiny.releases)
    assert history.roll_back(tiny.releases).name == three[0]
    with pytest.raises(ReleaseError, match=f"no release before {three[0]}"):
        history.roll_back(tiny.releases)
    assert history.roll_back(tiny.releases, three[2]).name == three[2]
    assert open_current(tiny.releases).path.name == three[2]


def test_what_is_not_whole_or_not_there_is_refused_and_the_current_one_stays(tiny, three):
    (tiny.releases / three[1] / "caretrace.ttl").write_text("cut")
    with pytest.raises(ReleaseError, match="caretrace.ttl does not match"):
        history.roll_back(tiny.releases)
    with pytest.raises(ReleaseError, match="There is no release 0123.* Kept are: " + three[2]):
        history.roll_back(tiny.releases, "0123")
    assert current_name(tiny.releases) == three[2]
    assert "not whole: caretrace.ttl" in history.lines(tiny.releases)[1]
    assert history.roll_back(tiny.releases, three[0]).name == three[0]


def test_after_going_back_the_next_release_goes_forward(tiny, three):
    history.roll_back(tiny.releases, three[0])
    assert not release.current_is_fresh(tiny)
    assert release.make(tiny).name == three[2] == current_name(tiny.releases)


def test_the_commands(tiny, three):
    listed = CliRunner().invoke(main, ["releases"])
    assert listed.exit_code == 0 and listed.output.splitlines()[0].startswith(f"→ {three[2]}")
    back = CliRunner().invoke(main, ["rollback"])
    assert back.exit_code == 0 and f"Release {three[1]} is current" in back.output
    wrong = CliRunner().invoke(main, ["rollback", "../../etc"])
    assert wrong.exit_code == 1 and "There is no release ../../etc" in wrong.output


def test_without_any_release_the_command_says_how_to_make_one(tiny):
    for command in ("releases", "rollback"):
        answer = CliRunner().invoke(main, [command])
        assert answer.exit_code == 1 and "caretrace release" in answer.output
