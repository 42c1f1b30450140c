"""Pictures that people send: drawn anew, so that nothing but the picture is kept.

Where a photo was taken, with which phone and when is in the file, not in the picture; so is
whatever somebody hid behind it. None of that survives being drawn again.
"""

import warnings
from hashlib import sha256
from io import BytesIO

from django.utils.translation import gettext_noop as N_
from PIL import Image, ImageOps, UnidentifiedImageError

from clinic.shared.errors import Invalid
from clinic.shared.uploads import CheckedFile

# A phone's photo has 12 to 50 million points. A file of a few bytes can claim any number.
MOST_POINTS = 52_000_000
# Enough to read small print on a sheet of paper.
LONGEST_SIDE = 3000
_READERS = {"image/jpeg": ["JPEG"], "image/png": ["PNG"]}


class UnreadablePicture(Invalid):
    """It begins like a picture, and is none that can be shown."""

    code = "unreadable_picture"
    default_sentence = N_(
        "This picture cannot be opened. Please take the photo again, or choose another one."
    )


class TooManyPoints(Invalid):
    """More points than anybody's photo has."""

    code = "too_many_points"
    default_sentence = N_(
        "This picture has too many points. Please take a normal photo and send that."
    )


def drawn_anew(file: CheckedFile) -> CheckedFile:
    """A picture as a new JPEG without anything else in it; a PDF as it is.

    The right way up, at most `LONGEST_SIDE` points long. Raises `UnreadablePicture` and
    `TooManyPoints`.
    """
    readers = _READERS.get(file.media_type)
    if readers is None:
        return file
    content = _drawn(file.content, readers)
    return CheckedFile(content, "image/jpeg", sha256(content).hexdigest())


def _drawn(content: bytes, readers: list[str]) -> bytes:
    try:
        with warnings.catch_warnings():
            # Our own bound is asked before a point is read.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=readers) as picture:
                if picture.width * picture.height > MOST_POINTS:
                    raise TooManyPoints
                picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
                return _saved(ImageOps.exif_transpose(picture))
    except Image.DecompressionBombError:
        raise TooManyPoints from None
    # What a library says about broken bytes is of any kind.
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, KeyError, IndexError):
        raise UnreadablePicture from None


def _saved(picture: Image.Image) -> bytes:
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    clear = Image.new("RGB", picture.size, "white")
    if picture.mode in {"RGBA", "LA", "P", "PA"}:
        seen = picture.convert("RGBA")
        clear.paste(seen, mask=seen.getchannel("A"))
    else:
        clear.paste(picture.convert("RGB"))
    made = BytesIO()
    clear.save(made, "JPEG", quality=85)
    return made.getvalue()
