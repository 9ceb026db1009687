"""Everything a deployment may choose: one frozen object, read from `GUITAI_*` and `.env`.

Each field's own text is what `guitai doctor --settings` prints.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from channels.voice.engines.settings import SpeechSettings
from channels.voice.settings import VoiceLegSettings
from channels.wechat.settings import WeChatSettings

_SECRET_LENGTH: Final = 32
"""Bytes of an HS256 key, at least as many as the hash has (RFC 7518, section 3.2)."""


def _absolute(path: Path) -> Path:
    return path.expanduser().absolute()


def _comma_separated(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip().rstrip("/") for part in value.split(",") if part.strip())
    return value


def _strong(value: SecretStr | None) -> SecretStr | None:
    text = value.get_secret_value() if value else None
    if text is not None and not is_address(text) and len(text.encode()) < _SECRET_LENGTH:
        msg = f"must be the address of a JWKS document, or a secret of {_SECRET_LENGTH} bytes"
        raise ValueError(msg)
    return value


def is_address(keys: str) -> bool:
    """Whether `jwt_keys` names a JWKS document; otherwise it is the secret itself."""
    return keys.startswith(("https://", "http://", "file://"))


def sample_pack() -> Path:
    """Folder of the sample bank's content."""
    return Path(str(files("knowledge"))) / "content"


def _database_in(values: dict[str, Any]) -> str:
    return f"sqlite:///{values['data_dir'] / 'guitai.db'}"


def _roots_in(values: dict[str, Any]) -> Path:
    return Path(values["data_dir"]) / "roots"


def _sandbox_url(values: dict[str, Any]) -> str:
    return f"http://127.0.0.1:{values['sandbox_port']}"


def _is_sandbox_bank(values: dict[str, Any]) -> bool:
    return bool(values["bank_url"] == _sandbox_url(values))


Folder = Annotated[Path, AfterValidator(_absolute)]


class Settings(WeChatSettings, VoiceLegSettings, SpeechSettings):
    """Everything a deployment may choose."""

    model_config = SettingsConfigDict(
        env_prefix="GUITAI_",
        env_file=".env",
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
        validate_default=True,
    )

    host: str = "127.0.0.1"
    """Address the assistant listens on."""

    port: int = Field(default=8000, ge=0, le=65535)
    """TCP port of the assistant; 0 takes any free one."""

    data_dir: Folder = Path(".guitai")
    """Folder of everything the assistant writes: database, index, secret."""

    database_url: str = Field(default_factory=_database_in)
    """`sqlite:///file` for one process, `postgresql://…` for several."""

    master_key: SecretStr | None = None
    """64 hexadecimal digits that wrap the keys of all conversations; unset: made once and kept in
    the data folder (`master.key`). Without it nothing stored can be read."""

    former_master_keys: SecretStr | None = None
    """Master keys that GUITAI_MASTER_KEY replaced, comma separated, newest first: they open what
    they wrapped until `guitai keys rotate` has wrapped it anew, and name customers in the register
    for as long as it is kept."""

    roots_dir: Folder = Field(default_factory=_roots_in)
    """Folder signed roots of the log are appended to; put it on write-once storage elsewhere."""

    roots_key: SecretStr | None = None
    """Ed25519 private key, 64 hexadecimal digits, that signs the roots; unset: made once and kept
    in the data folder (`roots.key`)."""

    former_roots_keys: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_comma_separated)] = ()
    """Public keys that signed roots before that key, comma separated, oldest first."""

    receipts_key: SecretStr | None = None
    """Ed25519 private key, 64 hexadecimal digits, that signs receipts; unset: made once and kept in
    the data folder (`receipts.key`)."""

    former_receipts_keys: Annotated[
        tuple[str, ...], NoDecode, BeforeValidator(_comma_separated)
    ] = ()
    """Public keys that signed receipts before that key, comma separated, oldest first."""

    bank_honours_keys: bool = True
    """Whether the core bank carries out one idempotency key once. If not, nothing is ever sent
    again by itself: what is unknown waits for the bank's word or a colleague."""

    roots_every_s: float = Field(default=300.0, ge=0)
    """Seconds between two signed roots; 0 exports none (when another process does)."""

    retention_identity_years: float = Field(default=10.0, ge=0)
    """Years that proofs of who spoke must be kept; an erasure order waits for their end."""

    retention_action_years: float = Field(default=10.0, ge=0)
    """Years that records of what the bank was asked to do must be kept; likewise."""

    retention_transcript_years: float = Field(default=10.0, ge=0)
    """Years that the words of a conversation with a change must be kept; likewise."""

    retention_enquiry_years: float = Field(default=3.0, ge=0)
    """Years after which the words of a plain enquiry are destroyed; an order does so at once."""

    erase_after_h: float = Field(default=24.0, ge=0)
    """Hours between a customer's order to erase, given in the conversation, and its execution."""

    redis_url: str | None = None
    """Redis for locks, tickets and events between processes; unset: in this process."""

    content_dir: Folder = Field(default_factory=sample_pack)
    """Folder of the content pack; the sample bank's by default."""

    sandbox_port: int = Field(default=8100, ge=0, le=65535)
    """TCP port of the sandbox core bank."""

    bank_url: str = Field(default_factory=_sandbox_url)
    """Address of the core bank; by default the sandbox's."""

    bank_timeout_s: float = Field(default=3.0, gt=0)
    """How long the core bank may take to answer, seconds."""

    bank_calls_at_once: int = Field(default=64, ge=1)
    """Calls that may wait for the core bank at the same time; more are refused at once."""

    sandbox: bool = Field(default_factory=_is_sandbox_bank)
    """Whether anybody may sign in as a sample customer or colleague; on only with the sandbox."""

    embedding_model: str | None = None
    """sentence-transformers name or folder; unset: the model that comes with the project."""

    reranker: str | None = None
    """sentence-transformers cross-encoder, by name or folder; unset: the learned reranker."""

    chroma_url: str | None = None
    """Address of a Chroma server; unset: embedded."""

    chroma_process: bool = False
    """Whether `guitai serve` runs a Chroma server of its own over `chroma/` of the data folder,
    starts it again when it ends and uses it instead of the embedded index."""

    chroma_port: int = Field(default=8200, ge=1, le=65535)
    """TCP port of that server; only this machine can reach it."""

    index_check_s: float = Field(default=60.0, gt=0)
    """Seconds between two comparisons of what a Chroma server holds with what it was given."""

    llm: str | None = None
    """LangChain model id such as `openai:qwen-plus`; unset: no language model."""

    llm_base_url: str | None = None
    """Address of the model's API, when it is not the vendor's own."""

    llm_api_key: SecretStr | None = None
    """Key of the model's API."""

    llm_timeout_s: float = Field(default=2.5, gt=0)
    """How long the model may take to answer, seconds; then the local result stands."""

    llm_sure: float = Field(default=0.85, ge=0, le=1)
    """Probability from which the local result is taken without asking the model; 1: ask always."""

    llm_calls_per_conversation: int = Field(default=40, ge=0)
    """How often one conversation may ask the model; then the local result stands."""

    llm_phrases: bool = False
    """Whether the model may phrase answers from the cited sentences; what it writes is proved
    sentence by sentence, and the sentence itself is said where it cannot be."""

    rasa_url: str | None = None
    """Address of a Rasa 3.x server (`rasa run --enable-api`) that classifies messages; unset: the
    classifier in this process."""

    rasa_token: SecretStr | None = None
    """Token of that server (`rasa run --auth-token`)."""

    rasa_timeout_s: float = Field(default=1.0, gt=0)
    """How long the Rasa server may take to answer, seconds; then the local classifier decides."""

    action_endpoint: str | None = None
    """Address of a rasa-sdk action server that runs the actions; unset: in this process."""

    action_package: str | None = None
    """Folder, file or module of the bank's own rasa-sdk actions, run in this process; unset: the
    folder `actions` of a pack other than the sample bank's, when it has one."""

    action_token: SecretStr | None = None
    """Shared secret of callers of `guitai actions` that may vouch for a customer; unset: nobody."""

    review_patience_h: float = Field(default=48.0, gt=0)
    """Hours a request may wait for a colleague's review; it lapses then and the customer hears."""

    video: str | None = None
    """`package.module:name` of what makes the bank's VideoCalls (assistant/ports/seeing.py); unset:
    the sandbox's with the sandbox on, which sees nobody; none otherwise."""

    face_check: str | None = None
    """`package.module:name` of what makes the bank's FaceChecks; unset: as above."""

    video_rings_s: float = Field(default=45.0, gt=0)
    """Seconds a video call of a review rings before it counts as not answered."""

    jwt_issuer: str = "guitai-sandbox"
    """`iss` that sign-in tokens must carry."""

    jwt_audience: str = "guitai"
    """`aud` that sign-in tokens must carry."""

    jwt_keys: Annotated[SecretStr | None, AfterValidator(_strong)] = None
    """Address of a JWKS document, `https://…` or `file:///…` (RS256, ES256, EdDSA), or an HS256
    secret of at least 32 bytes; unset: a random secret, made once and kept in the data folder.
    A file is read again when it was replaced, an address every five minutes."""

    allowed_origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_comma_separated)] = ()
    """Web origins, comma separated, that may call besides the assistant's own pages."""

    allowed_hosts: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_comma_separated)] = ()
    """Names this deployment is reached by, comma separated, without ports; requests for another
    host are refused. Unset: any, which suits a machine of one's own only."""

    allow_missing_origin: bool = False
    """Whether a WebSocket without an Origin header is taken: programs, not browsers."""

    stream_epoch: int = Field(default=1, ge=1)
    """Raised after the database was restored from a backup: pages then forget what they hold,
    because numbers of events may have been given again."""

    stream_idle_s: float = Field(default=1800.0, gt=0)
    """Seconds without a frame from the page after which its connection is closed."""

    stream_hello_s: float = Field(default=10.0, gt=0)
    """Seconds a new connection has to say hello."""

    stream_slow_s: float = Field(default=10.0, gt=0)
    """Seconds a full outbound queue may stay full before the connection is closed."""

    burst_stream_ms: int = Field(default=800, ge=0, le=5000)
    """How long, on the stream, a message that breaks off ("帮我") waits for its rest. A complete
    sentence and a button never wait; 0 waits for nothing."""

    burst_http_ms: int = Field(default=120, ge=0, le=5000)
    """The same for messages sent over HTTP at the same time."""

    stream_messages_per_10_s: int = Field(default=10, ge=1)
    """Messages one connection may send in ten seconds."""

    messages_per_minute: int = Field(default=12_000, ge=1)
    """Messages, conversations and sign-ins one client may send over HTTP in a minute. Generous,
    for load tests from one address; lower it where the assistant faces the internet."""

    requests_per_minute: int = Field(default=60_000, ge=1)
    """Requests of any kind one address may send in a minute, those with a bad token included."""

    receive_s: float = Field(default=10.0, gt=0)
    """Seconds a client has to send the header fields of a request, and again for its body."""

    request_s: float = Field(default=60.0, gt=0)
    """Seconds a request may take; a turn that takes longer goes on, and the same message id asks
    for it again."""

    body_limit_bytes: int = Field(default=65_536, ge=1024)
    """Largest request body taken."""

    shutdown_s: float = Field(default=10.0, gt=0)
    """Seconds running turns have to end when the assistant stops; what does not is finished
    from the log at the next start."""

    @model_validator(mode="after")
    def _sandbox_signs_with_a_secret(self) -> Settings:
        if self.sandbox and self.jwt_keys and is_address(self.jwt_keys.get_secret_value()):
            msg = "sandbox sign-in needs a secret in jwt_keys, not the address of keys"
            raise ValueError(msg)
        return self
