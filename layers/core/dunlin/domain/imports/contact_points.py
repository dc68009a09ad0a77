"""Phone numbers and e-mail addresses: a fast path for the common forms, a library for the rest.

The domain holds no library, so the checks come in as arguments; a test holds the fast path equal
to them. Several values in a cell are split, extensions are kept apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

PhoneCheck = Callable[[str, str], str | None]
"""(number as written, ISO country) -> E.164, or None where it is no valid number."""
EmailCheck = Callable[[str], str | None]
"""(address) -> the address in normal form, or None where it is none. Never asks the network."""

# Area codes of the North American plan under which every exchange [2-9]XX is valid (E.164 zone 1,
# from the metadata of libphonenumber 9.0); numbers of the others go to the library.
NANP_AREAS = frozenset(
    (
        "201 202 203 204 205 206 207 208 209 210 212 213 214 215 216 217 218 219 220 223 224 "
        "225 226 227 228 229 231 234 235 236 239 240 248 249 250 251 252 253 254 256 257 260 "
        "262 263 267 269 270 272 273 274 276 279 281 283 289 301 302 303 304 305 306 307 308 "
        "309 310 312 313 314 315 316 317 318 319 320 321 323 324 325 326 327 329 330 331 332 "
        "334 336 337 339 341 343 346 347 350 351 352 353 354 360 361 363 364 365 367 368 369 "
        "380 382 385 386 401 402 403 404 405 406 407 408 409 410 412 413 414 415 416 417 418 "
        "419 423 424 425 428 430 431 432 434 435 437 438 440 442 443 445 447 448 450 458 463 "
        "464 468 469 470 472 474 475 478 479 480 484 500 501 502 503 504 505 506 507 508 509 "
        "510 512 513 514 515 516 517 518 519 520 521 522 525 526 527 528 529 530 531 532 533 "
        "534 539 540 541 544 548 551 557 559 561 562 563 564 566 567 570 571 572 573 574 575 "
        "577 579 580 581 582 584 585 586 587 588 600 601 602 603 604 605 606 607 608 609 610 "
        "612 613 614 615 616 617 618 619 620 622 623 626 628 629 630 631 633 636 639 640 641 "
        "645 646 647 650 651 656 657 658 659 660 661 662 667 669 672 678 680 681 682 683 686 "
        "689 701 702 703 704 705 706 707 708 709 712 713 714 715 716 717 718 719 720 724 725 "
        "726 727 728 730 731 732 734 737 738 740 742 743 747 748 753 754 757 760 762 763 765 "
        "769 770 771 772 773 774 775 778 779 780 781 782 785 786 787 800 801 802 803 804 805 "
        "806 807 808 809 810 812 813 814 815 816 817 818 819 820 821 825 826 828 829 830 831 "
        "832 833 835 838 839 840 843 844 845 847 848 849 850 854 855 856 857 858 859 860 862 "
        "863 864 865 866 867 870 872 873 877 878 879 888 900 901 902 903 904 905 906 907 908 "
        "909 910 912 913 914 915 916 917 918 919 920 925 928 929 930 931 934 936 937 938 939 "
        "940 941 942 943 945 947 948 949 951 952 954 956 959 970 971 972 973 975 978 979 980 "
        "984 985 986 989"
    ).split()
)
_NANP_COUNTRIES = frozenset(("US", "CA", "PR"))
_DIGITS = re.compile(r"\D+")
_US_FORM = re.compile(r"(?:\+?1[-. ]?)?\(?([2-9]\d\d)\)?[-. ]{0,2}([2-9]\d\d)[-. ]?(\d{4})")
_EXTENSION = re.compile(
    r"(?:^|[\s,;(])*(?:ext(?:ension|n)?|x|poste|durchwahl|anexo|extensi[oó]n|int|#)"
    r"\s*[.:#]?\s*(\d{1,7})\)?\s*$",
    re.IGNORECASE,
)
_SPLIT = re.compile(r"\s*(?:[;,|\n\r]|\bor\b|\band\b|\boder\b|\bo\b|\bou\b|&)\s*", re.IGNORECASE)
_NUMBER = re.compile(r"\+?[(\d][\d\s().\-–/]{4,}\d")
_FLOAT_TAIL = re.compile(r"(\d{7,})\.0+")

_EMAIL = re.compile(
    r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}"
)
_EMAIL_SPLIT = re.compile(r"[;,|\s<>()\[\]{}\":]+|(?<=[a-z])/(?=[\w.+-]+@)")
_SPECIAL = (".arpa", ".invalid", ".local", ".localhost", ".onion", ".test")


@dataclass(frozen=True, slots=True)
class Checks:
    """The library checks for what the fast paths leave over."""

    phone: PhoneCheck
    email: EmailCheck


@dataclass(frozen=True, slots=True)
class Phones:
    """Numbers of one cell: E.164, extensions as (number, extension), and what could not be."""

    numbers: tuple[str, ...] = ()
    extensions: tuple[tuple[str, str], ...] = ()
    bad: tuple[str, ...] = ()


_NONE = Phones()


def fast_phone(text: str, country: str) -> str | None:
    """E.164 of a North American number in a common form; None means: ask the library."""
    if country not in _NANP_COUNTRIES:
        return None
    form = _US_FORM.fullmatch(text)
    if form and form[1] in NANP_AREAS:
        return f"+1{form[1]}{form[2]}{form[3]}"
    return None


def read_phones(cell: str, country: str, check: PhoneCheck) -> Phones:
    """All numbers of a cell, read in `country` where they do not begin with +."""
    plain = fast_phone(cell, country)
    if plain:
        return Phones((plain,))
    text = cell.strip()
    floated = _FLOAT_TAIL.fullmatch(text)
    if floated:
        text = floated[1]
    if not text or len(text) > 200:
        return Phones(bad=(cell[:40],)) if text else _NONE
    numbers: list[str] = []
    extensions: list[tuple[str, str]] = []
    bad: list[str] = []
    for part in _parts(text):
        _read_part(part, country, check, numbers=numbers, extensions=extensions, bad=bad)
    return Phones(tuple(dict.fromkeys(numbers)), tuple(extensions), tuple(bad))


def _parts(text: str) -> list[str]:
    parts: list[str] = []
    for piece in _SPLIT.split(text):
        if "/" in piece:
            halves = [h for h in piece.split("/") if h.strip()]
            if len(halves) > 1 and all(len(_DIGITS.sub("", h)) >= 7 for h in halves):
                parts.extend(halves)
                continue
        if piece:
            if parts and _EXTENSION.fullmatch(piece):
                parts[-1] += " " + piece
            else:
                parts.append(piece)
    return parts


def _read_part(
    part: str,
    country: str,
    check: PhoneCheck,
    *,
    numbers: list[str],
    extensions: list[tuple[str, str]],
    bad: list[str],
) -> None:
    extension = _EXTENSION.search(part)
    body = part[: extension.start()] if extension else part
    if len(_DIGITS.sub("", body)) < 5:
        extension, body = None, part
    written = [match[0].strip() for match in _NUMBER.finditer(body)]
    if len(written) == 1 and len(_DIGITS.sub("", written[0])) > 15:
        written = [match[0] for match in _US_FORM.finditer(written[0])] or written
    read = [fast_phone(w, country) or check(w, country) for w in written]
    good = [number for number in read if number]
    if not good:
        if any(c.isdigit() for c in part):
            bad.append(part.strip()[:40])
        return
    numbers += good
    if extension:
        extensions.append((good[-1], extension[1]))


@dataclass(frozen=True, slots=True)
class Emails:
    """Addresses of one cell in normal form, and what could not be."""

    addresses: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()


_NO_EMAIL = Emails()


def fast_email(text: str) -> str | None:
    """The normal form of a plain ASCII address; None means: ask the library."""
    if len(text) > 120 or "--" in text or not _EMAIL.fullmatch(text):
        return None
    local, _, domain = text.rpartition("@")
    domain = domain.lower()
    if len(local) > 64 or domain.endswith(_SPECIAL):
        return None
    return f"{local}@{domain}"


def email_words(text: str) -> list[str]:
    """What stands for addresses in a cell, bare: of `a@x; b@y`, `Name <a@x>`, `mailto:a@x`, `a@x.`,
    and of a link that a spreadsheet or a page wrote."""
    words = (word.partition("?")[0].strip("'.") for word in _EMAIL_SPLIT.split(text))
    return [word for word in words if "@" in word]


def read_emails(cell: str, check: EmailCheck) -> Emails:
    """All addresses of a cell, however they are dressed."""
    plain = fast_email(cell)
    if plain:
        return Emails((plain,))
    text = cell.strip()
    if not text:
        return _NO_EMAIL
    if len(text) > 1000:
        return Emails(bad=(text[:60],))
    whole = check(text) if "@" in text and not _EMAIL_SPLIT.search(text) else None
    if whole:
        return Emails((whole,))
    addresses: list[str] = []
    bad: list[str] = []
    for word in email_words(text):
        address = fast_email(word) or check(word)
        if address:
            addresses.append(address)
        else:
            bad.append(word[:60])
    if not addresses and not bad:
        bad.append(text[:60])
    return Emails(tuple(dict.fromkeys(addresses)), tuple(bad))
