import Bytes

/// The length of a text, and a sum that tells it from others, with each run of blanks as one and none
/// at the ends: servers fold fields in other places, and other texts that long are not alike by chance.
///
/// The sum is FNV-1a, 64 bits (RFC 9923). It keeps no enemy from making two texts with one sum; who can
/// write a header could as well write the same text twice.
struct TextSum {
  /// Bytes of the text.
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
  /// True for what folding may put between words.
  var isCollapsible: Bool { isBlank || self == .carriageReturn || self == .lineFeed }
}
