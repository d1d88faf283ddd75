/// The characters of single-byte charsets in order, 16 in a row, up to 0xFF; U+FFFD where a byte has none.
///
/// Each table is one literal: read-only data. The characters are those of the WHATWG Encoding Standard's
/// indexes without the controls 0x80 to 0x9F, and for DOS those of IBM.
enum CharsetTable {}
