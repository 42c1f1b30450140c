"""Addresses as QR codes."""

import segno


def qr_image(address: str) -> str:
    """The address as an image for `src`: an SVG, black on white in both themes, with its margin."""
    code: str = segno.make(address, error="m").svg_data_uri(light="white", border=2)
    return code
