"""What a batch of facts reads and changes of wallets' operations, in memory."""

from collections import Counter
from collections.abc import Collection
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from siyu.wallets.records import Adjustment, Freeze, Payout, ValueHold


class Record(Protocol):
    """A row with an id, of a member."""

    id: UUID
    member_id: UUID


RecordT = TypeVar("RecordT", bound=Record)


class Records(Generic[RecordT]):
    """Rows of one table by id; `new` and `changed` are what a commit has to write."""

    def __init__(self) -> None:
        self._known: dict[UUID, RecordT] = {}
        self._of: dict[UUID, dict[UUID, RecordT]] = {}
        self.new: dict[UUID, RecordT] = {}
        self.changed: dict[UUID, RecordT] = {}

    def put(self, record: RecordT) -> None:
        """Make a row of the database known."""
        self._known[record.id] = record
        self._of.setdefault(record.member_id, {})[record.id] = record

    def add(self, record: RecordT) -> None:
        """Enter a new row."""
        self.put(record)
        self.new[record.id] = record

    def change(self, record: RecordT) -> None:
        """Note that the row is not as it was any more."""
        if record.id not in self.new:
            self.changed[record.id] = record

    def get(self, record_id: UUID) -> RecordT | None:
        """The row, if it was read."""
        return self._known.get(record_id)

    def of(self, member_id: UUID) -> Collection[RecordT]:
        """The rows of a member that were read or entered."""
        return self._of[member_id].values() if member_id in self._of else ()


class WalletBook:
    """The rows that the facts of a batch name or need, and who is frozen."""

    def __init__(self) -> None:
        self.holds: Records[ValueHold] = Records()
        self.adjustments: Records[Adjustment] = Records()
        self.payouts: Records[Payout] = Records()
        self.freezes: Records[Freeze] = Records()
        # What an operator has adjusted of a member's unit by themselves lately, whichever way.
        self.adjusted: Counter[tuple[str, UUID, str]] = Counter()
        # References under which payouts were paid.
        self.paid: set[str] = set()

    def is_frozen(self, member_id: UUID) -> bool:
        """Whether nothing may leave the member's wallets."""
        return self.freeze_of(member_id) is not None

    def freeze_of(self, member_id: UUID) -> Freeze | None:
        """The freeze that has not been lifted."""
        return next((freeze for freeze in self.freezes.of(member_id) if freeze.lifted_at is None), None)

    def open_holds(self, member_id: UUID) -> list[ValueHold]:
        """The member's holds that nobody has ended."""
        return [hold for hold in self.holds.of(member_id) if hold.state == "open"]

    def is_used(self, member_id: UUID, unit: str, reference: str) -> bool:
        """Whether there is or was a hold for the reference."""
        return any((hold.unit, hold.reference) == (unit, reference) for hold in self.holds.of(member_id))

    def kept(self, member_id: UUID, unit: str, reference: str) -> int:
        """What an open hold keeps of what was taken for the reference."""
        holds = self.open_holds(member_id)
        return sum(hold.amount for hold in holds if (hold.unit, hold.reference) == (unit, reference))

    def pending_payouts(self, member_id: UUID) -> list[Payout]:
        """The member's payouts that are neither paid nor undone."""
        return [payout for payout in self.payouts.of(member_id) if payout.state in {"requested", "approved"}]
