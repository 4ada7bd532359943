"""Words of documents."""

from velora.flows.documents.words import WORDS
from velora.modules.notifications.policy import words as letters


def test_documents_speak_every_language_of_letters_and_each_says_the_same_things():
    assert WORDS.keys() == letters.WORDS.keys()
    assert {frozenset(words) for words in WORDS.values()} == {frozenset(WORDS["en"])}
