"""Texts for administrators by key, Dutch and English side by side: one file a topic, TEXTS = {key: (Dutch, English)}.

One language a process, chosen by the setting TEXT_LANGUAGE. Texts that Staff knows word for word are Dutch in both.
"""

from workers.texts import (
    afas,
    batches,
    check,
    cli,
    config,
    delivery,
    glance,
    mail,
    matters,
    people,
    readback,
    realization,
    running,
    settings,
    story,
    submit,
    turnover,
    turnover_failures,
    turnover_mail,
)

LANGUAGES = ("nl", "en")
TEXTS = (
    settings.TEXTS
    | afas.TEXTS
    | config.TEXTS
    | check.TEXTS
    | turnover.TEXTS
    | turnover_failures.TEXTS
    | turnover_mail.TEXTS
    | realization.TEXTS
    | batches.TEXTS
    | matters.TEXTS
    | people.TEXTS
    | story.TEXTS
    | glance.TEXTS
    | readback.TEXTS
    | delivery.TEXTS
    | submit.TEXTS
    | mail.TEXTS
    | running.TEXTS
    | cli.TEXTS
)
_chosen = [0]


def use(language: str) -> None:
    """Speak `language` ("nl" or "en") from now on; another word is ignored, so that its error can be told."""
    if language in LANGUAGES:
        _chosen[0] = LANGUAGES.index(language)


def text(key: str, **values: object) -> str:
    """The text of `key` in the chosen language, its `{places}` filled with `values`; KeyError on an unknown key."""
    return TEXTS[key][_chosen[0]].format(**values)
