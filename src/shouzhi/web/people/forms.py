"""The forms of the organisation and of people: what may be typed, in words and limits."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from shouzhi.catalogue.workflows import rights
from shouzhi.cycle.sheets import schema
from shouzhi.web.language import say
from shouzhi.web.people.models import Body

LEVELS: Final = (
    ("", "—"),
    ("central", "中央"),
    ("province", "省"),
    ("city", "市"),
    ("county", "县"),
    ("township", "乡镇"),
)
MOST_STAFF: Final = 10_000_000
_FIRST, _LAST = date(1949, 10, 1), date(2999, 12, 31)


class DateInput(forms.DateInput):
    """A date with the browser's calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def day(label: str, *, required: bool = True) -> forms.DateField:
    """A field for a date of this republic."""
    return forms.DateField(label=label, required=required, widget=DateInput, validators=[_in_range])


def _in_range(value: date) -> None:
    if not _FIRST <= value <= _LAST:
        raise ValidationError(say("请填写 1949 年 10 月以后的日期"))


def natures() -> list[tuple[str, str]]:
    """The natures that a unit may have, as the book's sheet of units knows them."""
    return [("", "—"), *((word, word) for word in schema().choices["nature"])]


class Translated:
    """Says the labels of choices in the language of the request."""

    fields: dict[str, Any]

    def translate(self) -> None:
        """Put every choice into the language of the request."""
        for field in self.fields.values():
            if hasattr(field, "choices") and not isinstance(field, forms.ModelChoiceField):
                field.choices = [(key, say(str(label))) for key, label in field.choices]


class BodyForm(Translated, forms.Form):
    """A body as it is: to make one, or to correct one."""

    kind = forms.ChoiceField(label="类别")
    name = forms.CharField(label="名称", max_length=120)
    code = forms.CharField(label="代码", max_length=20, required=False)
    nature = forms.ChoiceField(label="单位性质", required=False)
    level = forms.ChoiceField(label="级次", required=False, choices=LEVELS)
    valid_from = day("设立之日")
    valid_to = day("终止之日", required=False)

    def __init__(
        self,
        *arguments: Any,  # noqa: ANN401 - Django's signature
        kinds: list[tuple[str, str]] | None = None,
        **named: Any,  # noqa: ANN401 - as above
    ) -> None:
        super().__init__(*arguments, **named)
        if kinds is None:
            del self.fields["kind"]
        else:
            self.fields["kind"].choices = kinds
        self.fields["nature"].choices = natures()
        self.translate()

    def clean(self) -> dict[str, Any]:
        """A body ends after it began."""
        data = super().clean() or {}
        if (
            data.get("valid_to")
            and data.get("valid_from")
            and data["valid_to"] < data["valid_from"]
        ):
            self.add_error("valid_to", say("终止之日不能早于设立之日"))
        return data


class ActForm(forms.Form):
    """What every guided act asks for: from which day, by which document."""

    on = day("自何日起")
    document = forms.CharField(label="依据文号", max_length=80)


class RenameForm(ActForm):
    """The new name of a body."""

    name = forms.CharField(label="新名称", max_length=120)
    code = forms.CharField(
        label="新代码", max_length=20, required=False, help_text="不填时沿用原代码"
    )
    field_order = ("name", "code", "on", "document")


class MergeForm(Translated, ActForm):
    """With which bodies one is merged, and into which."""

    others = forms.ModelMultipleChoiceField(
        label="与哪些机构合并", queryset=Body.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    into = forms.ModelChoiceField(
        label="并入", queryset=Body.objects.none(), required=False, empty_label="新设机构"
    )
    name = forms.CharField(label="新设机构的名称", max_length=120, required=False)
    code = forms.CharField(label="新设机构的代码", max_length=20, required=False)
    field_order = ("others", "into", "name", "code", "on", "document")

    def __init__(self, *arguments: Any, siblings: QuerySet[Body], body: Body, **named: Any) -> None:  # noqa: ANN401 - Django's signature
        super().__init__(*arguments, **named)
        self.fields["others"].queryset = siblings.exclude(pk=body.pk)
        self.fields["into"].queryset = siblings
        self.fields["into"].empty_label = say("新设机构")

    def clean(self) -> dict[str, Any]:
        """A new body needs a name."""
        data = super().clean() or {}
        if not data.get("into") and not data.get("name"):
            self.add_error("name", say("请选择并入哪个机构，或填写新设机构的名称"))
        return data


PARTS: Final = 4
"""How many bodies may be split off at once."""


class SplitForm(Translated, ActForm):
    """Which bodies are split off, whether the old one goes on, and where what is below it goes."""

    goes_on = forms.BooleanField(label="原机构继续存在", required=False, initial=True)

    def __init__(self, *arguments: Any, children: list[Body], **named: Any) -> None:  # noqa: ANN401 - Django's signature
        super().__init__(*arguments, **named)
        for number in range(1, PARTS + 1):
            self.fields[f"name_{number}"] = forms.CharField(
                label=say("新机构 {number} 的名称", number=number),
                max_length=120,
                required=number == 1,
            )
            self.fields[f"code_{number}"] = forms.CharField(
                label=say("新机构 {number} 的代码", number=number), max_length=20, required=False
            )
        choices = [
            ("0", say("留在原机构")),
            *((str(n), say("归新机构 {number}", number=n)) for n in range(1, PARTS + 1)),
        ]
        for child in children:
            self.fields[f"child_{child.pk}"] = forms.ChoiceField(
                label=child.name, choices=choices, required=False
            )
        self.order_fields(
            [name for name in self.fields if name.startswith(("name_", "code_"))] + ["goes_on"]
        )
        self._children = children

    @property
    def below_names(self) -> list[str]:
        """The names of the fields of the bodies below."""
        return [f"child_{child.pk}" for child in self._children]

    @property
    def parts(self) -> list[tuple[str, str]]:
        """Names and codes of the new bodies."""
        told = self.cleaned_data
        return [
            (told[f"name_{n}"], told[f"code_{n}"]) for n in range(1, PARTS + 1) if told[f"name_{n}"]
        ]

    @property
    def below(self) -> dict[int, int]:
        """To which of the new bodies (from 0) each child goes; -1 for one that stays."""
        return {
            child.pk: int(self.cleaned_data.get(f"child_{child.pk}") or 0) - 1
            for child in self._children
        }

    def clean(self) -> dict[str, Any]:
        """The names come without a gap, and no child goes to one that is not named."""
        data = super().clean() or {}
        named = [bool(data.get(f"name_{n}")) for n in range(1, PARTS + 1)]
        if False in named and True in named[named.index(False) :]:
            self.add_error(f"name_{named.index(False) + 1}", say("请从第一个起依次填写"))
        for child in self._children:
            if int(data.get(f"child_{child.pk}") or 0) > sum(named):
                self.add_error(f"child_{child.pk}", say("这个新机构还没有名称"))
        return data


class StaffForm(forms.Form):
    """The staff of a year."""

    year = forms.IntegerField(label="年度", min_value=1994, max_value=2100)
    established = forms.IntegerField(label="编制数", min_value=0, max_value=MOST_STAFF)
    in_post = forms.IntegerField(label="在职人数", min_value=0, max_value=MOST_STAFF)
    retired = forms.IntegerField(label="离退休人数", min_value=0, max_value=MOST_STAFF)


class PersonForm(Translated, forms.Form):
    """A person; the sign-in name is chosen once."""

    username = forms.RegexField(
        label="登录名", regex=r"^[\w.@-]+\Z", max_length=60, help_text="字母、数字、汉字和 . @ - _",
        error_messages={"invalid": "只能用字母、数字、汉字和 . @ - _"},
    )  # fmt: skip
    name = forms.CharField(label="姓名", max_length=60)
    home = forms.ModelChoiceField(label="所属机构", queryset=Body.objects.none())

    def __init__(self, *arguments: Any, bodies: QuerySet[Body], new: bool, **named: Any) -> None:  # noqa: ANN401 - Django's signature
        super().__init__(*arguments, **named)
        self.fields["home"].queryset = bodies
        if not new:
            del self.fields["username"]


class RoleForm(Translated, forms.Form):
    """A role at a body, from a day until another."""

    role = forms.ChoiceField(label="角色")
    body = forms.ModelChoiceField(label="机构", queryset=Body.objects.none())
    since = day("自")
    until = day("至", required=False)

    def __init__(self, *arguments: Any, bodies: QuerySet[Body], **named: Any) -> None:  # noqa: ANN401 - Django's signature
        super().__init__(*arguments, **named)
        self.fields["role"].choices = [(role.key, role.name) for role in rights().roles.values()]
        self.fields["body"].queryset = bodies
        self.translate()
