"""The writer that the settings name."""

from __future__ import annotations

from kgrec.config import WriterConfig
from kgrec.errors import ConfigError
from kgrec.text.writers.base import Writer


def open_writer(config: WriterConfig) -> Writer | None:
    """Make the language model of the section ``writer``.

    :return: ``None`` for ``template``, which asks none
    :raises ConfigError: if a setting that it needs is missing or wrong, or there is no such model
    :raises MissingExtraError: if a package of the extra ``llm`` is needed and not installed
    """
    if config.kind == "template":
        return None
    if config.model is None:
        raise ConfigError(
            f"writer.kind is '{config.kind}', but writer.model is not set: name a GGUF file or a "
            "folder (local), or a model of the endpoint (api)."
        )
    return _open_local(config, config.model) if config.kind == "local" else _open_api(config)


def _open_local(config: WriterConfig, model: str) -> Writer:
    from kgrec.text.writers.local import LocalWriter

    return LocalWriter(model, temperature=config.temperature, batch_size=config.batch_size)


def _open_api(config: WriterConfig) -> Writer:
    from kgrec.text.writers.api import OPENAI, ApiWriter

    return ApiWriter(
        config.base_url or OPENAI,
        str(config.model),
        key_variable=config.key_variable,
        temperature=config.temperature,
        concurrency=config.concurrency,
        requests_per_minute=config.requests_per_minute,
        tokens_per_minute=config.tokens_per_minute,
        timeout=config.timeout,
        price_in=config.price_in,
        price_out=config.price_out,
        budget=config.budget,
    )
