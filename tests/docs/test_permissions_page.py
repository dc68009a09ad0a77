"""The page of permissions has the table that the template makes."""

from tests.wiring import stack
from tools import permissions, template


def test_the_table_is_the_templates():
    text = permissions.PAGE.read_text()
    assert text == permissions.page(template.text()), "make template"
    for role in stack.roles():
        assert f"\n| {role.removesuffix('Role')} | " in text, role


def test_another_grant_is_another_page():
    written = template.text()
    wider = written.replace('dynamodb:LeadingKeys: ["SEEN#*"]', 'dynamodb:LeadingKeys: ["*"]')
    assert wider != written
    assert permissions.page(wider) != permissions.page(written)
