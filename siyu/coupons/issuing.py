"""New coupons in memory: within the limits of their template and of each member, from a template or for a code."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from siyu.coupons.record import Code, Coupon, CouponState, Template, TemplateState
from siyu.coupons.refusals import (
    ALL_ISSUED,
    CODE_CLAIMED,
    CODE_USED,
    MEMBER_LIMIT,
    NO_SUCH_CODE,
    TEMPLATE_NOT_FOUND,
    TEMPLATE_NOT_PUBLISHED,
    WINDOW_OVER,
    CouponRefusal,
)


class Issuing:
    """Templates with their counts, and codes; `new`, and how many of each template and code, a commit has to write."""

    def __init__(self, new_id: Callable[[], UUID], zone: ZoneInfo, new_code: Callable[[], str]) -> None:
        self._new_id, self._zone, self._new_code = new_id, zone, new_code
        self._templates: dict[UUID, Template] = {}
        self._by_key: dict[str, Template] = {}
        self._counts: dict[tuple[UUID, UUID], int] = {}
        self._codes: dict[str, Code] = {}
        self._claimed: set[tuple[str, UUID]] = set()
        self.new: dict[UUID, Coupon] = {}
        self.counted: Counter[UUID] = Counter()
        self.used_codes: Counter[str] = Counter()

    def put_template(self, template: Template) -> None:
        """Make a template known, once."""
        self._templates[template.id] = self._by_key[template.key] = template

    def template(self, template_id: UUID) -> Template | None:
        """A template that is known."""
        return self._templates.get(template_id)

    def put_count(self, template_id: UUID, member_id: UUID, issued: int) -> None:
        """Make known how many coupons of a template a member has ever had."""
        self._counts[template_id, member_id] = issued

    def known_templates(self) -> set[UUID]:
        """The templates that are known."""
        return set(self._templates)

    def put_code(self, code: Code) -> None:
        """Make a code known."""
        self._codes[code.code] = code

    def put_claim(self, code: str, member_id: UUID) -> None:
        """Make known that a member has claimed a code before."""
        self._claimed.add((code, member_id))

    def issue(self, template_key: str, member_id: UUID, at: datetime, source: str) -> Coupon | CouponRefusal:
        """A new coupon of a template."""
        template = self._by_key.get(template_key)
        if template is None:
            return CouponRefusal(TEMPLATE_NOT_FOUND, {})
        return self._obstacle(template, member_id, at) or self._make(template, member_id, at, source, None)

    def claim(self, typed: str, member_id: UUID, at: datetime) -> Coupon | CouponRefusal:
        """A new coupon for a code: a member claims one once, and of all members only so many."""
        code = self._codes.get(typed)
        if code is None:
            return CouponRefusal(NO_SUCH_CODE, {})
        if (code.code, member_id) in self._claimed:
            return CouponRefusal(CODE_CLAIMED, {})
        if code.uses_max is not None and code.used >= code.uses_max:
            return CouponRefusal(CODE_USED, {})
        template = self._templates[code.template_id]
        refusal = self._obstacle(template, member_id, at)
        if refusal is not None:
            return refusal
        code.used += 1
        self._claimed.add((code.code, member_id))
        self.used_codes[code.code] += 1
        return self._make(template, member_id, at, "code", code.code)

    def forget_changes(self) -> None:
        """Drop what a commit would write."""
        self.new.clear()
        self.counted.clear()
        self.used_codes.clear()

    def _obstacle(self, template: Template, member_id: UUID, at: datetime) -> CouponRefusal | None:
        if template.state is not TemplateState.PUBLISHED:
            return CouponRefusal(TEMPLATE_NOT_PUBLISHED, {})
        if template.terms.window(at, self._zone)[1] <= at:
            return CouponRefusal(WINDOW_OVER, {})
        limit = template.member_limit
        if limit is not None and self._counts.get((template.id, member_id), 0) >= limit:
            return CouponRefusal(MEMBER_LIMIT, {"most": limit})
        if template.total_limit is not None and template.issued >= template.total_limit:
            return CouponRefusal(ALL_ISSUED, {})
        return None

    def _make(self, template: Template, member_id: UUID, at: datetime, source: str, claimed_code: str | None) -> Coupon:
        place = self._counts.get((template.id, member_id), 0) + 1
        self._counts[template.id, member_id] = place
        template.issued += 1
        self.counted[template.id] += 1
        valid_from, expires_at = template.terms.window(at, self._zone)
        coupon = Coupon(
            self._new_id(),
            template,
            member_id,
            place,
            self._new_code(),
            CouponState.ISSUED,
            source,
            claimed_code,
            at,
            valid_from,
            expires_at,
        )
        self.new[coupon.id] = coupon
        return coupon
