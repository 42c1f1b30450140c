"""Finding and reading bundle files one at a time, in directories and tar archives as well."""

import lzma
import tarfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

LARGEST_BUNDLE = 64 * 1024 * 1024
_ARCHIVES = (".tar", ".tar.xz", ".tar.gz", ".tar.bz2", ".tgz", ".txz")
_BROKEN_ARCHIVE = (tarfile.TarError, EOFError, lzma.LZMAError, zlib.error, OSError)


class Unusable(ValueError):
    """An argument from which nothing can be read; the message says why."""


@dataclass(frozen=True)
class BundleFile:
    """One bundle: its content, or the `problem` that kept it from being read.

    `position` is how many bytes of the source files have been gone through.
    """

    name: str
    position: int
    raw: bytes = b""
    problem: str = ""


def find_sources(arguments: Sequence[Path]) -> list[Path]:
    """The files that the arguments mean, in a fixed order. Raises `Unusable`."""
    found: dict[Path, None] = {}
    for argument in arguments:
        if argument.is_dir():
            inside = sorted(p for p in argument.rglob("*.json") if p.is_file() and _is_shown(p))
            if not inside:
                raise Unusable(f"There is no .json file in {argument}.")
            found.update(dict.fromkeys(inside))
        elif argument.is_file():
            found[argument] = None
        else:
            raise Unusable(f"There is no file or directory {argument}.")
    return list(found)


def read_sources(sources: Sequence[Path]) -> Iterator[BundleFile]:
    """The bundles of the files, one in memory at a time. A file that cannot be read is told so."""
    position = 0
    for path in sources:
        try:
            size = path.stat().st_size
            if path.name.endswith(_ARCHIVES):
                yield from _from_archive(path, position)
            else:
                yield _from_file(path, position + size, size)
            position += size
        except _BROKEN_ARCHIVE as error:
            yield BundleFile(str(path), position, problem=f"It cannot be read: {_words(error)}.")


def _from_file(path: Path, position: int, size: int) -> BundleFile:
    if size > LARGEST_BUNDLE:
        return _too_large(str(path), position)
    return BundleFile(str(path), position, raw=path.read_bytes())


def _from_archive(path: Path, position: int) -> Iterator[BundleFile]:
    with path.open("rb") as file, tarfile.open(fileobj=file, mode="r|*") as archive:
        for member in archive:
            if not (member.isfile() and member.name.endswith(".json")):
                continue
            if not _is_shown(Path(member.name)):
                continue
            name, here = f"{path}/{member.name}", position + file.tell()
            if member.size > LARGEST_BUNDLE:
                yield _too_large(name, here)
                continue
            content = archive.extractfile(member)
            assert content is not None
            yield BundleFile(name, here, raw=content.read())


def _too_large(name: str, position: int) -> BundleFile:
    problem = f"It is larger than {LARGEST_BUNDLE // 1024**2} MB; export fewer people at a time."
    return BundleFile(name, position, problem=problem)


def _is_shown(path: Path) -> bool:
    return not path.name.startswith(".")


def _words(error: Exception) -> str:
    words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return words or "it is cut off"
