"""Adapting an encoder of texts to a graph and to behaviour, by low-rank changes (LoRA).

``pairs`` → ``contrast`` → ``adapt``, which changes what ``targets`` names, leaves a
:class:`~kgrec.text.adapter.Adapter`.
"""
