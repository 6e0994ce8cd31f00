"""kill -9 in the middle of a message: nothing is lost, nothing is done twice."""

import sqlite3
import time
from pathlib import Path

import pytest

from tests.stories.test_practice import GOOD
from tests.support.botapi import Specification
from tests.support.fake_telegram import TOKEN, FakeTelegram
from tests.support.http_server import HttpTelegram, serve
from tests.support.process import start_bot

USER = 4711


@pytest.mark.parametrize("delay", [0.0, 0.004, 0.012, 0.03])
def test_killed_in_the_middle_of_a_message(ready_home: Path, tmp_path: Path, delay: float) -> None:
    log = tmp_path / "log"
    with serve(FakeTelegram(spec=Specification.from_environment())) as http:
        bot = start_bot(ready_home, http.url, log)
        try:
            _say(http, "/practice")
            http.wait_for(lambda t: len(t.to(USER)) == 1)
            with http.lock:
                update = http.telegram.say(USER, GOOD)
            http.wait_for(lambda t: t.handed >= update)
            time.sleep(delay)
        finally:
            bot.kill()
            bot.wait()
        bot = start_bot(ready_home, http.url, log)
        try:
            http.wait_for(lambda t: any("得分" in message.text for message in t.to(USER)))
            _say(http, "/progress")
            http.wait_for(lambda t: any("我的进度" in message.text for message in t.to(USER)))
            seen = sum("得分" in message.text for message in http.telegram.to(USER))
        finally:
            bot.terminate()
            assert bot.wait(20) == 0
        assert not http.telegram.problems
    with sqlite3.connect(ready_home / "coachbot.db") as database:
        assert database.execute("select count(*) from attempts").fetchone() == (1,)
    database.close()
    assert 1 <= seen <= 2
    assert TOKEN not in log.read_text()


def _say(http: HttpTelegram, text: str) -> None:
    with http.lock:
        http.telegram.say(USER, text)
