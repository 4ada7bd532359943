"""What a card number is, for the sandbox, which takes them in place of a card form."""


def is_card_number(digits: str) -> bool:
    """The Luhn check."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(int(digit) for digit in digits[-1::-2]) + sum(doubled)) % 10 == 0
