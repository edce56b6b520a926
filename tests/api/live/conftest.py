"""Live data on the services of a module: sockets that share one schema, and a shop whose clock tests move."""

from dataclasses import dataclass, replace

import pytest

from api.answering import Answering
from api.app import build_answering
from api.identity import Authenticator, Tokens
from api.live import LIVE_LIMITS, LiveSockets
from api.services import Services
from siyu.boards import fold_everything, mend, project
from tests.clock import TestClock


@pytest.fixture(scope="module")
def answering(services: Services) -> Answering:
    """Building the schema takes longer than any of the tests."""
    return build_answering(services)


@dataclass
class Deployment:
    """The sockets of a process, by a clock that stands still."""

    services: Services
    tokens: Tokens
    answering: Answering
    clock: TestClock

    def sockets(self, **limits: float) -> LiveSockets:
        """Sockets with limits of their own."""
        authenticator = Authenticator(self.tokens, self.services.credentials)
        services = replace(self.services, clock=self.clock)
        return LiveSockets(services, authenticator, self.answering, replace(LIVE_LIMITS, **limits))

    async def show_scores(self) -> None:
        """What the worker does with scores: into SQL, into Redis, and told."""
        services = self.services
        await fold_everything(services.pool)
        await project(services.pool, services.redis, services.clock())
        await mend(services.pool, services.redis, services.leaderboards.today())


@pytest.fixture
def deployment(services: Services, tokens: Tokens, answering: Answering, clock: TestClock) -> Deployment:
    """Signed tokens are as old as the clock says."""
    clock.now = services.clock()
    return Deployment(services, tokens, answering, clock)


__all__ = ["Deployment"]
