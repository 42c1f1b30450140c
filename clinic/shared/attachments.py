"""Files within JSON: as base64, like the Attachment of FHIR R4."""

from base64 import b64decode, b64encode
from typing import Any

from rest_framework import serializers

from clinic.shared.errors import Invalid
from clinic.shared.uploads import CheckedFile, check_content


class AttachmentField(serializers.CharField):
    """A file as base64, checked by what is in it: PDF, JPEG or PNG. Becomes a `CheckedFile`."""

    def to_internal_value(self, data: Any) -> Any:
        text = super().to_internal_value(data)
        try:
            return check_content(b64decode(text, validate=True))
        except Invalid as error:
            raise serializers.ValidationError(error.sentence) from None
        except ValueError:
            raise serializers.ValidationError("This is not base64.") from None

    def to_representation(self, value: Any) -> str:
        content = value.content if isinstance(value, CheckedFile) else value
        return b64encode(content).decode()
