"""The main menu: the faces of the application that a person may open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.urls import NoReverseMatch, reverse

from shouzhi.web.people.rights import can


@dataclass(frozen=True, slots=True)
class Item:
    """One entry: its name, its page, and the action that opens it (None: for everybody)."""

    name: str
    page: str
    action: str | None


ITEMS: Final = (
    Item("我的工作", "home", None),
    Item("预算编审", "budget:years", "budget.view"),
    Item("项目库", "library:projects", "project.view"),
    Item("公开", "disclosure:releases", "release.view"),
    Item("审核台", "desk:home", "desk.view"),
    Item("机构人员", "people:bodies", "organisation.view"),
    Item("审计日志", "audit:entries", "audit.view"),
    Item("读者报告", "public:reports", "errors.answer"),
    Item("公众网站", "public:home", None),
)


def menu(user: Any) -> list[Item]:  # noqa: ANN401 - a user
    """The entries that this person may open."""
    return [
        item for item in ITEMS if (item.action is None or can(user, item.action)) and _there(item)
    ]


def _there(item: Item) -> bool:
    try:
        reverse(item.page)
    except NoReverseMatch:
        return False
    return True
