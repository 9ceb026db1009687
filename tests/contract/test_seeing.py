"""What any video system and any face check promise, held against those of the sandbox.

A bank's own adapter is held against the same tests by adding it to the two fixtures.
"""

from datetime import timedelta

import pytest

from assistant.adapters.seeing import NoFace, NoVideo, SandboxFace, SandboxVideo
from assistant.errors import FaceCheckUnavailable, VideoUnavailable
from tests.fakes import SequentialIds

ANA, BEN, CAI, DAN = "C1001", "C1002", "C1003", "C1004"


@pytest.fixture(params=["sandbox"])
def video(request, clock):
    """A system in which ANA answers, BEN does not, CAI declines, and DAN's line is down."""
    behaviours = {BEN: "absent", CAI: "declines", DAN: "down"}
    return SandboxVideo(clock=clock, ids=SequentialIds(), behaviours=behaviours)


@pytest.fixture(params=["sandbox"])
def faces(request):
    """A system in which ANA matches, BEN does not, CAI is no live face, and DAN breaks it."""
    return SandboxFace({BEN: "mismatch", CAI: "not_live", DAN: None})


async def test_it_rings_first_and_is_answered_then(video, clock):
    call = await video.start("r_1", ANA, "li")
    assert (call.state, call.customer_id, call.started_at) == ("ringing", ANA, clock.now())
    clock.advance(10)
    found = await video.find(call.call_id)
    assert (found.state, found.call_id, found.system) == ("answered", call.call_id, call.system)


async def test_one_review_rings_once_at_a_time(video, clock):
    first = await video.start("r_1", ANA, "li")
    assert (await video.start("r_1", ANA, "li")).call_id == first.call_id
    assert (await video.start("r_2", ANA, "li")).call_id != first.call_id
    await video.hang_up(first.call_id)
    assert (await video.start("r_1", ANA, "li")).call_id != first.call_id


async def test_who_does_not_answer_rings_until_somebody_hangs_up(video, clock):
    call = await video.start("r_1", BEN, "li")
    clock.advance(timedelta(minutes=5).total_seconds())
    assert (await video.find(call.call_id)).state == "ringing"
    await video.hang_up(call.call_id)
    await video.hang_up(call.call_id)
    assert (await video.find(call.call_id)).state == "not_answered"


async def test_a_call_can_be_declined_and_dropped(video, clock):
    declined = await video.start("r_1", CAI, "li")
    answered = await video.start("r_2", ANA, "li")
    clock.advance(10)
    assert (await video.find(declined.call_id)).state == "declined"
    assert (await video.find(answered.call_id)).state == "answered"
    await video.hang_up(answered.call_id)
    assert (await video.find(answered.call_id)).state == "dropped"


async def test_a_system_out_of_order_says_so_and_an_unknown_call_is_none(video):
    with pytest.raises(VideoUnavailable):
        await video.start("r_1", DAN, "li")
    assert await video.find("v_none") is None
    await video.hang_up("v_none")


@pytest.mark.parametrize(("who", "verdict"), [(ANA, "match"), (BEN, "mismatch"), (CAI, "not_live")])
async def test_a_face_has_a_verdict_and_names_its_system(video, faces, clock, who, verdict):
    call = await video.start("r_1", ANA, "li")
    result = await faces.compare(call.model_copy(update={"customer_id": who}))
    assert result.verdict == verdict
    assert result.system


async def test_a_face_check_out_of_order_says_so(video, faces):
    call = await video.start("r_1", ANA, "li")
    with pytest.raises(FaceCheckUnavailable):
        await faces.compare(call.model_copy(update={"customer_id": DAN}))


async def test_the_sandbox_says_that_it_is_one(video, faces):
    call = await video.start("r_1", ANA, "li")
    assert "sandbox" in call.system
    assert "sandbox" in (await faces.compare(call)).system


async def test_without_a_system_nobody_is_called(video):
    with pytest.raises(VideoUnavailable):
        await NoVideo().start("r_1", ANA, "li")
    assert await NoVideo().find("v_1") is None
    with pytest.raises(FaceCheckUnavailable):
        await NoFace().compare(await video.start("r_1", ANA, "li"))
