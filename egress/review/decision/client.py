"""What the client of a request sees."""

from enum import StrEnum, auto


class ClientSees(StrEnum):
    """What arrives at the client: the site's answer, a proxy's, or none."""

    SITE_ANSWER = auto()
    BAD_REQUEST = auto()
    PROXY_ANSWER = auto()
    """A redirect or a page of the proxy itself."""
    FORBIDDEN = auto()
    NOT_FOUND = auto()
    BAD_GATEWAY = auto()
    UNAVAILABLE = auto()
    TLS_FAILURE = auto()
    RESET = auto()
    NO_CONNECTION = auto()
    TIME_OUT = auto()
    NO_NAME = auto()
    WRONG_CERTIFICATE = auto()
    UNDECIDED = auto()
    """Nobody can tell."""

    @property
    def status(self) -> int | None:
        """A proxy's HTTP status, None where no proxy answers."""
        return _STATUS.get(self)


_STATUS = {
    ClientSees.BAD_REQUEST: 400,
    ClientSees.FORBIDDEN: 403,
    ClientSees.NOT_FOUND: 404,
    ClientSees.BAD_GATEWAY: 502,
    ClientSees.UNAVAILABLE: 503,
}
