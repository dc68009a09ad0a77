"""Lists of a few rows, in which little shows what the columns mean."""

from __future__ import annotations

from tests.imports.reading import read

ORDERS = """Name,Email,Payment Due,Billing Name,Total,Outstanding Balance
#38953,ada@example.com,2026-05-17,Ada Finch,3512.54,2615.71
#38955,cy@example.com,2026-08-10,Cy Moss,3661.00,3661.00
#38962,ada@example.com,2026-07-06,Ada Finch,3760.15,3760.15

End of report
Page 1 of 1
"""
ASSESSED = """Homeowner,Email,Due Date,Assessment,Paid,Balance Due
Ada Finch,ada@example.com,2026-06-14,4736.99,599.75,4137.24
Bo Reed,bo@example.com,2026-02-22,2771.00,0.00,2771.00
Cy Moss,cy@example.com,2026-05-10,2560.67,120.51,2440.16
Di Lane,di@example.com,2026-06-13,5275.13,481.53,{last}
"""
RUNNING = """Date Paid,Customer,Email,Invoice,Due Date,Amount,Balance
,Bo Reed,bo@example.com,5061,2026-06-20,3473.86,3473.86
,Cy Moss,cy@example.com,5066,2026-02-12,2402.64,5876.50
2026-05-25,Cy Moss,cy@example.com,5068,2026-05-27,409.39,5876.50
"""


def _open(text: str) -> dict[str, dict[str, object]]:
    rows = [row["account"] for row in read(text.encode())["rows"] if row.get("account")]
    return {str(a["reference"]): a for a in rows if a["status"] == "open"}


def test_lines_below_a_short_list_of_orders_do_not_take_its_numbers_away() -> None:
    assert set(_open(ORDERS)) == {"#38953", "#38955", "#38962"}


def test_a_bill_of_any_name_is_known_by_what_its_figures_add_up_to() -> None:
    right = read(ASSESSED.format(last="4793.60").encode())
    wrong = read(ASSESSED.format(last="4843.60").encode())
    assert [row["account"]["held"] for row in right["rows"]] == [None] * 4
    assert [row["account"]["held"] for row in wrong["rows"]] == [None] * 3 + ["does_not_add_up"]


def test_what_was_paid_moves_no_running_balance_whose_sum_it_left() -> None:
    owed = {ref: account["balance_minor"] for ref, account in _open(RUNNING).items()}
    assert owed == {"5061": 347_386, "5066": 240_264}
