"""Which facts are interactions: what members do in campaigns of their own accord."""

# Each counts once a day, where some campaign accepted it.
INTERACTIONS = frozenset(
    {
        "check_in.sign",
        "flash_sale.claim",
        "flash_sale.enter",
        "flash_sale.join",
        "group_buy.join",
        "group_buy.open",
    }
)
