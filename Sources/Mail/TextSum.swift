import Bytes

/// The length and a hash of a text in which each run of blanks counts as one, and none at the ends, because
/// servers fold fields at different places.
///
/// The hash is 64-bit FNV-1a (RFC 9923). It does not prevent deliberate collisions: whoever can write a
/// header could as well send the same text twice.
struct TextSum {
  /// Length of the text in bytes.
  private(set) var count: UInt64 = 0
  private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  private var isAfterBlank = false

  mutating func add(_ byte: UInt8) {
    if byte.isCollapsible {
      isAfterBlank = true
      return
    }
    if isAfterBlank, count > 0 { mix(.space) }
    isAfterBlank = false
    mix(byte)
  }

  private mutating func mix(_ byte: UInt8) {
    // It wraps: the hash is defined modulo 2^64, and no sender sends 2^64 bytes.
    hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
    count &+= 1
  }
}

extension UInt8 {
  /// True for bytes that folding may put between words.
  var isCollapsible: Bool { isBlank || self == .carriageReturn || self == .lineFeed }

  /// True for a blank in a field's text: a space or a control byte.
  var isTextBlank: Bool { self == .space || isControl }
}
