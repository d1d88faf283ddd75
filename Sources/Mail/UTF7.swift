import Bytes

// UTF-7 = *( direct / "+-" / "+" *base64 ["-"] )                 ; RFC 2152
//
// Exchange used it. A "+" that begins no shift stands for itself, as does any byte outside of shifts.
/// Calls `body` with each character, and with nil for each byte or surrogate that belongs to none.
func decodeAsUTF7(_ bytes: Span<UInt8>, _ body: (UInt32?) -> Void) {
  var index = 0
  while index < bytes.count {
    let byte = bytes[index]
    index += 1
    let isShift = byte == .ascii("+") && index < bytes.count
    if isShift, bytes[index] == .ascii("-") {
      body(UInt32(byte))
      index += 1
    } else if isShift, base64Value(of: bytes[index]) != nil {
      index = decodeShifted(bytes, from: index, body)
    } else {
      body(byte < 0x80 ? UInt32(byte) : nil)
    }
  }
}

/// Decodes the base64 of UTF-16 from `start` on. Returns the index behind it and its "-".
private func decodeShifted(_ bytes: Span<UInt8>, from start: Int, _ body: (UInt32?) -> Void) -> Int
{
  var decoder = UTF16Decoder()
  var index = start
  // No more than 15 bits are left of the units before.
  var (bits, count) = (UInt32(0), UInt32(0))
  while index < bytes.count, let value = base64Value(of: bytes[index]) {
    (bits, count) = (bits << 6 | UInt32(value), count + 6)
    if count >= 16 {
      count -= 16
      decoder.receive(bits >> count & 0xFFFF, body)
    }
    index += 1
  }
  decoder.finish(body)
  return index < bytes.count && bytes[index] == .ascii("-") ? index + 1 : index
}

/// Combines units of UTF-16 into characters: RFC 2781 section 2.2.
private struct UTF16Decoder {
  private var high: UInt32?

  mutating func receive(_ unit: UInt32, _ body: (UInt32?) -> Void) {
    switch (high, unit) {
    case (let first?, 0xDC00...0xDFFF):
      high = nil
      body(0x10000 + (first - 0xD800) << 10 + (unit - 0xDC00))
    case (_, 0xD800...0xDBFF):
      finish(body)
      high = unit
    case (_, 0xDC00...0xDFFF): body(nil)
    default:
      finish(body)
      body(unit)
    }
  }

  mutating func finish(_ body: (UInt32?) -> Void) {
    if high != nil { body(nil) }
    high = nil
  }
}
