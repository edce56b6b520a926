"""The GraphQL names that follow from a campaign type's key."""


def type_prefix(key: str) -> str:
    """What the object types of a campaign type begin with.

    >>> type_prefix("check_in")
    'CheckIn'
    """
    return "".join(word.capitalize() for word in key.split("_"))


def action_prefix(key: str, action: str) -> str:
    """What the input and the payload of an action begin with.

    >>> action_prefix("check_in", "sign")
    'CheckInSign'
    """
    return type_prefix(key) + action[0].upper() + action[1:]


def mutation_name(key: str, action: str) -> str:
    """The mutation of an action.

    >>> mutation_name("check_in", "sign")
    'checkInSign'
    """
    name = action_prefix(key, action)
    return name[0].lower() + name[1:]
