extension FixedWidthInteger {
  /// The number that all of `text` writes in decimal digits; nil where it is empty, has anything
  /// else in it (a sign too), or does not fit.
  public init?(decimal text: Span<UInt8>) {
    guard !text.isEmpty else { return nil }
    var value: Self = 0
    for index in text.indices {
      guard text[index].isDigit else { return nil }
      let (product, productOverflow) = value.multipliedReportingOverflow(by: 10)
      let digit = Self(truncatingIfNeeded: text[index] & 0x0F)
      let (sum, sumOverflow) = product.addingReportingOverflow(digit)
      guard !productOverflow, !sumOverflow else { return nil }
      value = sum
    }
    self = value
  }
}

extension [UInt8] {
  /// Adds `number` in decimal digits.
  @inline(never)
  public mutating func append(decimal number: UInt64) {
    var divisor: UInt64 = 1
    while number / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      append(0x30 | UInt8(truncatingIfNeeded: number / divisor % 10))
      divisor /= 10
    }
  }
}
