"""A group-buy on paper: what a clerk would write down, who knows the rules and nothing of siyu."""

from dataclasses import dataclass, field

SIZES, PRICES_FEN = (2, 3), (900, 700)
MEMBERS = ("lin", "wang", "zhao", "bo")
HOURS, MINUTES_TO_PAY = 3, 15
SEATS, TEAMS = 2, 3
GONE = {"left", "expired", "refunded"}


@dataclass
class PaperSeat:
    """A member's place in a team, by the clerk's own words."""

    status: str = "held"
    due_minute: int = 0
    veteran: bool = False
    order: str | None = None


@dataclass
class PaperTeam:
    """A team; `seats` has everybody who ever was in it, `order` those who are, as they came."""

    key: str
    opener: str
    ends_minute: int
    leader: str
    order: list[str] = field(default_factory=list)
    seats: dict[str, PaperSeat] = field(default_factory=dict)
    outcome: str = "open"
    reached: int | None = None

    @property
    def paid(self) -> list[str]:
        """Who of those in it has paid."""
        return [member for member in self.order if self.seats[member].status in {"paid", "bought", "refunded"}]

    @property
    def is_full(self) -> bool:
        """Whether nobody else can come in, or could when it succeeded."""
        return len(self.order) == SIZES[-1] if self.outcome == "open" else self.reached == SIZES[-1]


@dataclass
class Clerk:
    """All teams, orders and refunds."""

    stock: int
    newcomer_seats: int = 0
    when_full: str = "refuse"
    late_payer: str = "refund"
    minute: int = 0
    teams: dict[str, PaperTeam] = field(default_factory=dict)
    opened: dict[str, int] = field(default_factory=lambda: dict.fromkeys(MEMBERS, 0))
    # By order: who paid, how much, how much of it is back, and how much the shop was asked to give back.
    orders: dict[str, tuple[str, int]] = field(default_factory=dict)
    back: dict[str, int] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)
    # Whoever has ordered anything in the shop.
    ordered: set[str] = field(default_factory=set)
    sold: int = 0

    def seats_of(self, member: str) -> list[PaperSeat]:
        """Every seat a member has had."""
        return [team.seats[member] for team in self.teams.values() if member in team.seats]

    def live(self, member: str) -> int:
        """How many of them are worth something."""
        return sum(seat.status not in GONE for seat in self.seats_of(member))

    @property
    def held(self) -> int:
        """How many units are set aside for teams that are not decided."""
        return sum(seat.status in {"held", "paid"} for member in MEMBERS for seat in self.seats_of(member))

    @property
    def left(self) -> int:
        """How many units are nobody's."""
        return self.stock - self.sold - self.held

    def is_veteran(self, member: str) -> bool:
        """Whether the member has ordered anything before, as far as it matters."""
        return self.newcomer_seats > 0 and member in self.ordered

    def room_for(self, team: PaperTeam, *, veteran: bool) -> bool:
        """Whether a newcomer, or an older member, may have one of the free seats."""
        veterans = sum(team.seats[member].veteran for member in team.order)
        return not team.is_full and not (veteran and veterans >= SIZES[-1] - self.newcomer_seats)

    def cannot_buy(self, member: str) -> str | None:
        """Why a member can have no seat anywhere."""
        if self.live(member) >= SEATS:
            return "SEAT_LIMIT"
        return None

    def shortage(self) -> str | None:
        """Why there is nothing to have."""
        if self.left > 0:
            return None
        return "SOLD_OUT_FOR_NOW" if self.held else "SOLD_OUT"

    def cannot_open(self, member: str) -> str | None:
        """Why a member cannot open a team."""
        limit = "TEAM_LIMIT" if self.opened[member] >= TEAMS else None
        return self.cannot_buy(member) or limit or self.shortage()

    def cannot_join(self, member: str, team: PaperTeam) -> str | None:
        """Why a member gets neither into this team nor, if that is what the shop wants, into a new one."""
        if member in team.seats and team.seats[member].status not in GONE:
            return "ALREADY_IN"
        if team.outcome != "open" and not team.is_full:
            return "TEAM_OVER"
        if team.is_full:
            return self.cannot_open(member) if self.when_full == "new_team" else "TEAM_FULL"
        if not self.room_for(team, veteran=self.is_veteran(member)):
            return "NEWCOMERS_ONLY"
        return self.cannot_buy(member) or self.shortage()

    def open(self, key: str, member: str, order: str | None = None, *, veteran: bool) -> None:
        """Write a team down."""
        team = self.teams[key] = PaperTeam(key, member, self.minute + HOURS * 60, member)
        self.opened[member] += order is None
        self.sit(team, member, order, veteran=veteran)

    def sit(self, team: PaperTeam, member: str, order: str | None = None, *, veteran: bool) -> None:
        """Write a seat down, which an order may have paid for already."""
        due = min(self.minute + MINUTES_TO_PAY, team.ends_minute)
        team.order.append(member)
        team.seats[member] = PaperSeat("paid" if order else "held", due, veteran, order)
        self.look(team)

    def pay(self, team: PaperTeam, member: str, order: str, amount_fen: int, new_key: str) -> None:
        """Write an order down, and what it is for; `new_key` is that of the team that it may open."""
        self.orders[order], self.back[order] = (member, amount_fen), 0
        self.ordered.add(member)
        seat = team.seats.get(member)
        if seat is None or seat.status in {"paid", "bought"} or amount_fen != PRICES_FEN[0]:
            self.asked[order] = amount_fen
        elif seat.status == "held":
            seat.status, seat.order = "paid", order
            self.look(team)
        elif self.cannot_buy(member) is None and self.left > 0 and self.takes_late(team, seat):
            self.sit(team, member, order, veteran=seat.veteran)
        elif self.cannot_buy(member) is None and self.left > 0 and self.late_payer == "new_team":
            self.open(new_key, member, order, veteran=seat.veteran)
        else:
            self.asked[order] = amount_fen

    def takes_late(self, team: PaperTeam, seat: PaperSeat) -> bool:
        """Whether a team still has a seat for somebody who had one."""
        return team.outcome == "open" and self.room_for(team, veteran=seat.veteran)

    def give_up(self, team: PaperTeam, member: str, status: str) -> None:
        """Strike a seat out; the next in line leads."""
        seat = team.seats[member]
        seat.status = status
        team.order.remove(member)
        if not team.order:
            team.outcome = "failed"
        elif team.leader == member:
            team.leader = team.order[0]

    def leave(self, team: PaperTeam, member: str) -> None:
        """Strike out who goes; money goes back."""
        seat = team.seats[member]
        if seat.status == "paid":
            assert seat.order is not None
            self.asked[seat.order] = self.orders[seat.order][1]
        self.give_up(team, member, "refunded" if seat.status == "paid" else "left")

    def return_money(self, order: str, fen: int) -> None:
        """Write down that the shop paid back; all of it ends a seat."""
        self.back[order] += fen
        member, amount_fen = self.orders[order]
        if self.back[order] < amount_fen:
            return
        for team in self.teams.values():
            seat = team.seats.get(member)
            if seat is None or seat.order != order or seat.status in GONE:
                continue
            if seat.status == "paid":
                self.give_up(team, member, "refunded")
            else:
                seat.status = "refunded"

    def look(self, team: PaperTeam) -> None:
        """Has the team got together?"""
        if len(team.paid) == SIZES[-1]:
            self.decide(team)

    def decide(self, team: PaperTeam) -> None:
        """Write the outcome down, and what it means for each."""
        payers = team.paid
        reached = [size for size in SIZES if size <= len(payers)]
        team.outcome, team.reached = ("succeeded", reached[-1]) if reached else ("failed", None)
        if reached and team.leader not in payers:
            team.leader = payers[0]
        for member in team.order:
            seat = team.seats[member]
            if seat.status == "held":
                seat.status = "expired"
            elif reached:
                assert seat.order is not None
                seat.status = "bought"
                self.sold += 1
                back_fen = PRICES_FEN[0] - PRICES_FEN[SIZES.index(reached[-1])]
                if back_fen:
                    self.asked[seat.order] = back_fen
            else:
                assert seat.order is not None
                seat.status = "refunded"
                self.asked[seat.order] = self.orders[seat.order][1]

    def wait(self, minutes: int) -> None:
        """Let time pass: seats run out, and teams."""
        for _ in range(minutes):
            self.minute += 1
            for team in [team for team in self.teams.values() if team.outcome == "open"]:
                for member in list(team.order):
                    seat = team.seats[member]
                    if seat.status == "held" and seat.due_minute == self.minute < team.ends_minute:
                        self.give_up(team, member, "expired")
                if team.outcome == "open" and team.ends_minute == self.minute:
                    self.decide(team)

    def open_refunds(self, member: str) -> dict[str, int]:
        """What the shop still owes a member: in all, by order."""
        owed = {order: fen for order, fen in self.asked.items() if self.back[order] < fen}
        return {order: fen for order, fen in owed.items() if self.orders[order][0] == member}
