/// The characters of charsets of one byte, in order, 16 in a row, up to 0xFF; U+FFFD where there is none.
///
/// One literal each: read-only data that needs no encoder. The characters are those of the WHATWG
/// Encoding Standard's indexes, but for the controls 0x80 to 0x9F, and for DOS those of IBM.
enum CharsetTable {}
