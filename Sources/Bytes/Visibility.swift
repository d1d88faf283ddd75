/// The part that a character plays in a text that somebody reads.
public enum Visibility: Sendable {
  /// A character that shows something.
  case character
  /// White_Space, or a control character.
  case blank
  /// Default_Ignorable_Code_Point: shows nothing, and takes no room.
  case nothing

  public init(of scalar: UInt32) {
    self =
      switch scalar {
      case 0x00...0x20, 0x7F...0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F,
        0x3000:
        .blank
      case 0xAD, 0x34F, 0x61C, 0x115F...0x1160, 0x17B4...0x17B5, 0x180B...0x180F, 0x200B...0x200F,
        0x202A...0x202E, 0x2060...0x206F, 0x3164, 0xFE00...0xFE0F, 0xFEFF, 0xFFA0, 0xFFF0...0xFFF8,
        0x1BCA0...0x1BCA3, 0x1D173...0x1D17A, 0xE0000...0xE0FFF:
        .nothing
      default: .character
      }
  }
}
