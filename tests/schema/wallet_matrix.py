"""Who may use the root fields of wallets: how to ask, and who may, as in the matrix of all."""

from schema.ids import MEMBER, PAYOUT, encode_id
from siyu.ids import new_id

SOMEBODY, SOME_PAYOUT = encode_id(MEMBER, new_id()), encode_id(PAYOUT, new_id())
OF_MEMBER = f'member: "{SOMEBODY}", unit: POINTS, amount: "1", reference: "R-1"'


def ask(name: str, given: str) -> str:
    """A mutation with this input and a key."""
    return f'mutation {{ {name}(input: {{{given}, idempotencyKey: "12345678"}}) {{ userErrors {{ code }} }} }}'


WALLET_MATRIX = {
    "adjustments": ("{ adjustments { nodes { id } } }", "o"),
    "payouts": ("{ payouts { nodes { id } } }", "o"),
    "walletSpend": (ask("walletSpend", OF_MEMBER), "os"),
    "walletReturn": (ask("walletReturn", OF_MEMBER), "os"),
    "walletHold": (ask("walletHold", OF_MEMBER), "os"),
    "walletHoldPost": (ask("walletHoldPost", 'hold: "x"'), "os"),
    "walletHoldVoid": (ask("walletHoldVoid", 'hold: "x"'), "os"),
    "walletAdjust": (ask("walletAdjust", f'member: "{SOMEBODY}", unit: POINTS, amount: "1", reason: "x"'), "o"),
    "walletAdjustDecide": (ask("walletAdjustDecide", 'adjustment: "x", approved: true, note: "x"'), "o"),
    "walletForfeit": (ask("walletForfeit", f'member: "{SOMEBODY}", reason: "x"'), ""),
    "memberFreeze": (ask("memberFreeze", f'member: "{SOMEBODY}", reason: "x"'), "o"),
    "memberUnfreeze": (ask("memberUnfreeze", f'member: "{SOMEBODY}", reason: "x"'), "o"),
    "payoutRequest": (ask("payoutRequest", 'amountFen: "1"'), "m"),
    "payoutApprove": (ask("payoutApprove", f'payout: "{SOME_PAYOUT}"'), "o"),
    "payoutReject": (ask("payoutReject", f'payout: "{SOME_PAYOUT}", note: "x"'), "o"),
    "payoutMarkPaid": (ask("payoutMarkPaid", f'payout: "{SOME_PAYOUT}", reference: "T-1"'), "o"),
    "payoutMarkFailed": (ask("payoutMarkFailed", f'payout: "{SOME_PAYOUT}", note: "x"'), "o"),
    "unitCreate": (
        'mutation { unitCreate(input: {key: "GEMS", titleZh: "x", titleEn: "x"}) { userErrors { code } } }',
        "",
    ),
    "unitRulesUpdate": ("mutation { unitRulesUpdate(input: {unit: GOLD}) { userErrors { code } } }", ""),
}
