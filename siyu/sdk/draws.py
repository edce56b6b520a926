"""Draws that anybody can check afterwards: a seed whose hash is known beforehand, and the order that it makes."""

import hashlib
import hmac
from typing import NamedTuple

# As Ethereum takes for its committees; more than enough to forget where a ticket began, of any number of tickets.
ROUNDS = 90
NUMBER_BYTES = 8
TURNS = tuple(number.to_bytes(NUMBER_BYTES, "big") for number in range(ROUNDS))
# A draw's name is bounded as any key is.
DRAW_LENGTH_MAX = 64


class Draw(NamedTuple):
    """A draw of a campaign: its secret seed and the SHA-256 of the seed's bytes, which is public; both in hex.

    The seed is 32 bytes. Who keeps it in a state shows it to everybody who may read that.
    """

    seed: str
    seed_hash: str

    def position(self, ticket: int, tickets: int) -> int:
        """Where a ticket comes in the drawn order, from 0: another for each ticket from 0 up to `tickets`.

        A swap-or-not shuffle. In each of 90 rounds r the ticket's place x has a partner (p - x) mod n, where n is how
        many tickets there are and p the SHA-256 of the seed and r, mod n. They change places if the SHA-256 of the
        seed, r and the greater of the two is odd. Numbers are 8 bytes each, and all are big-endian. Raises ValueError
        for a ticket that there is not.

        >>> draw = Draw("00" * 32, "")
        >>> [draw.position(ticket, 5) for ticket in range(5)]
        [2, 3, 1, 0, 4]
        """
        if not 0 <= ticket < tickets:
            raise ValueError(f"there are {tickets} tickets from 0 on, and no ticket {ticket}")
        place, seeded = ticket, hashlib.sha256(bytes.fromhex(self.seed))
        for turn in TURNS:
            drawn = seeded.copy()
            drawn.update(turn)
            partner = (int.from_bytes(drawn.digest(), "big") - place) % tickets
            # Of the greater place alone it depends whether they swap, so that both partners see it alike.
            drawn.update(max(place, partner).to_bytes(NUMBER_BYTES, "big"))
            if drawn.digest()[-1] & 1:
                place = partner
        return place


def draw_of(secret: bytes, name: str) -> Draw:
    """The draw of this name: equal for equal secrets, and untold by those of other names."""
    seed = hmac.digest(secret, name.encode(), hashlib.sha256)
    return Draw(seed.hex(), hashlib.sha256(seed).hexdigest())
