"""What resolvers are given, made for one request or subscription."""

from dataclasses import dataclass

from api.identity import Authenticator
from api.services import Services
from schema import Context, Principal
from schema.context import Watch, watched_by_nobody


@dataclass(frozen=True, slots=True)
class Contexts:
    """Makes contexts of what a process has open."""

    services: Services
    authenticator: Authenticator

    def of(self, principal: Principal, request_id: str, language: str, watch: Watch = watched_by_nobody) -> Context:
        """The surroundings of one request, which is asked now."""
        services = self.services
        return Context(
            principal=principal,
            request_id=request_id,
            language=language,
            now=services.clock(),
            engine=services.engine,
            pool=services.pool,
            leaderboards=services.leaderboards,
            zone=services.zone,
            issue_token=self.authenticator.tokens.issue,
            live=services.live,
            analytics=services.analytics,
            vault=services.vault,
            watch=watch,
        )
