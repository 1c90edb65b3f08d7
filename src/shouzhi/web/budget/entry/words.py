"""The words of entry: those that the grid says in the browser, and the headings of its sheets."""

from __future__ import annotations

from typing import Final

from django.utils import translation

from shouzhi.web.language import english_of, say

WORDS: Final = (
    "意见", "写意见", "提交意见", "关闭", "登录", "离线", "请先填好并保存这一行", "第 {n} 行“{heading}”",
    "意见没有提交（{why}），请再试", "看或写这一格的意见",
    "有 {n} 行没有保存的内容仍在本机；现在不能修改，可以修改时会自动恢复",
    "服务器暂时不能保存：{n} 行存在本机，稍后自动再试", "{n} 个可选，用上下键选择", "{n} 行与别人的修改冲突",
    "{n} 行待保存", "不分组", "仍然删除", "以后再选", "修改单元格里的内容；直接打字则替换", "再试一次",
    "分组小计", "删除行", "到这一列的筛选框", "另一个人", "只读", "可选的内容", "向下 / 向右填充", "向下填充",
    "向右 / 向下；加 Shift 反向", "在这里填，就是新的一行", "复制 / 剪切 / 粘贴，与 Excel、WPS 互通",
    "对方在 {at} 保存。请选择用哪一份；另一份在修改记录里仍可查到。", "对方在 {at} 删除了这一行。", "对方的",
    "已保存", "已删除 {n} 行，可撤销", "已复制 {n} 行", "已恢复上次没有保存的 {n} 行，正在保存",
    "已插入 {n} 行", "已粘贴 {n} 行", "我填的", "打开可选的内容", "把正在填的填满选中的单元格", "按{label}分组",
    "按键", "插入行", "插入行 / 删除行", "撤销", "撤销 / 重做", "放弃正在填的", "正在保存…", "求和 {sum}",
    "没有保存：{n} 行存在本机。{message}", "没有可以撤销的", "没有可以重做的",
    "没有找到；可以照填，保存时再核对", "清除选中的内容", "用对方的", "用我填的",
    "登录已失效：{n} 行存在本机，请在另一页登录，随后自动保存", "知道了", "离线时不能分组",
    "离线：{n} 行存在本机，恢复后自动保存", "移动；加 Shift 选择，加 Ctrl 跳到有内容的尽头",
    "第 {n} 行，{who} 也改了", "筛选", "筛选{heading}", "筛选后 {n} 行", "行号",
    "行首 / 行尾；加 Ctrl 到表的两端", "表格工具", "计数 {n}", "调整列宽", "这一行别人也改了，请选择用哪一份",
    "这一页没有读到（{why}）；没有保存的内容仍在本机。", "连表头复制", "选中整列 / 整行", "重做",
    "（未含没有保存的）", "（空）", "；本机存不下，请勿关闭这一页",
)  # fmt: skip
"""Chinese, as `say(…)` has them in the scripts."""


def said(text: str) -> str:
    """A word as the living budget says it: 项目 is a project here, whatever it is in other apps."""
    return (
        english_of("budget").get(text) or say(text) if translation.get_language() == "en" else text
    )
