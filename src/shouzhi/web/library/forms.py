"""The forms of a declaration: the project itself, its costing, indicators and purchases."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, ClassVar, Final

from django import forms
from django.core.exceptions import ValidationError
from django.forms import inlineformset_factory

from shouzhi.cycle.sheets import schema
from shouzhi.cycle.values import Amiss, amount
from shouzhi.space import yuan
from shouzhi.web.language import say, tell
from shouzhi.web.library.codes import CodeField, account
from shouzhi.web.library.models import Cost, Indicator, Project, Purchase
from shouzhi.web.typed import whole


class AmountField(forms.CharField):
    """An amount typed in 元 and kept in 分."""

    widget = forms.TextInput(attrs={"inputmode": "decimal"})

    def prepare_value(self, value: Any) -> Any:  # noqa: ANN401 - Django's signature
        """Kept 分 as 元."""
        return yuan(value) if isinstance(value, int) else value

    def to_python(self, value: Any) -> Any:  # noqa: ANN401 - Django's signature
        """What was typed as 分; raises ValidationError with the remedy."""
        text = str(value).strip() if value is not None else ""
        if not text:
            return None
        try:
            return amount(text)
        except Amiss as amiss:
            raise ValidationError(tell(amiss.told)) from None


def words(kind: str) -> list[tuple[str, str]]:
    """A choice of the book: members with their first word, in the language of the request; empty first."""
    found: dict[str, str] = {}
    for word, member in schema().choices[kind].items():
        found.setdefault(member, tell(word))
    return [("", "—"), *found.items()]


LONG: Final = ("basis", "necessity", "plan", "goal", "measures")
"""The fields of prose: they take the whole width."""
_HELP: Final = {
    "function": "填编码或名称，如 2012601 或 档案馆；列入预算时写到支出里",
    "begins": "如 2027-01",
    "ends": "如 2028-12",
    "basis": "政策文件、规划或会议决定的名称和文号",
}


DECLARED: Final = (
    "name", "code", "kind", "attribute", "function", "begins", "ends",
    "basis", "necessity", "plan", "goal", "measures",
)  # fmt: skip
"""What a declaration says in words, in the order of its form."""


class ProjectForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in the stubs
    """What a project is, why, what it will do and reach."""

    kind = forms.ChoiceField(label="类别", choices=partial(words, "project_kind"))
    attribute = forms.ChoiceField(
        label="项目属性", required=False, choices=partial(words, "attribute")
    )
    function = CodeField("function", label="功能科目编码")

    class Meta:
        model = Project
        fields = (*DECLARED, "key")
        labels: ClassVar = {
            "name": "项目名称", "code": "项目编码", "begins": "起始年月",
            "ends": "终止年月",
            "basis": "立项依据", "necessity": "必要性", "plan": "实施计划", "goal": "绩效目标",
            "measures": "主要绩效指标",
            "key": "重点项目",
        }  # fmt: skip
        widgets: ClassVar = dict.fromkeys(LONG, forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's signature
        super().__init__(*args, **kwargs)
        for name, text in _HELP.items():
            self.fields[name].help_text = say(text)

    def clean_function(self) -> str:
        """A function code that there is, in the year in which the project begins."""
        year = whole(str(self.data.get(self.add_prefix("begins"), ""))[:4])
        return account(self.cleaned_data["function"], "function", year)


class CostForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in the stubs
    """One line of the costing."""

    amount = AmountField(label="金额（元）")
    source = forms.ChoiceField(label="资金来源", choices=partial(words, "source"))
    economic = CodeField("economic", label="经济科目编码")

    class Meta:
        model = Cost
        fields = ("year", "purpose", "economic", "source", "amount")
        labels: ClassVar = {"year": "年度", "purpose": "测算依据"}

    def clean_economic(self) -> str:
        """An economic class that there is in the year of the cost."""
        return account(self.cleaned_data["economic"], "economic", self.cleaned_data.get("year"))


class PurchaseForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in the stubs
    """One purchase."""

    amount = AmountField(label="金额（元）")
    source = forms.ChoiceField(label="资金来源", choices=partial(words, "source"))
    category = forms.ChoiceField(label="采购类别", choices=partial(words, "category"))

    class Meta:
        model = Purchase
        fields = ("year", "category", "name", "quantity", "measure", "source", "amount")
        labels: ClassVar = {
            "year": "年度",
            "name": "采购项目名称",
            "quantity": "数量",
            "measure": "计量单位",
        }


class IndicatorForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in the stubs
    """One indicator."""

    class Meta:
        model = Indicator
        fields = ("first", "second", "third", "period_value", "year_value", "weight")
        labels: ClassVar = {
            "first": "一级指标", "second": "二级指标", "third": "三级指标",
            "period_value": "实施周期指标值", "year_value": "年度指标值", "weight": "分值",
        }  # fmt: skip


FORMSETS = (
    ("costs", "经费测算", inlineformset_factory(Project, Cost, form=CostForm, extra=3)),
    (
        "indicators",
        "绩效指标",
        inlineformset_factory(Project, Indicator, form=IndicatorForm, extra=3),
    ),
    ("purchases", "政府采购", inlineformset_factory(Project, Purchase, form=PurchaseForm, extra=1)),
)
"""The tables of a declaration: prefix, title, formset."""


def formsets(project: Project | None, data: Any = None) -> list[tuple[str, Any]]:  # noqa: ANN401 - POST or nothing
    """The tables of a declaration, each with its title."""
    return [
        (title, made(data, instance=project, prefix=prefix)) for prefix, title, made in FORMSETS
    ]


def valid(sets: Iterable[tuple[str, Any]]) -> bool:
    """Whether all are; every one is asked, so that all faults show at once."""
    return all([made.is_valid() for _, made in sets])  # noqa: C419 - not only until the first fault
