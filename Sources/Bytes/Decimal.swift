extension FixedWidthInteger {
  /// The number that the whole of `text` gives in decimal digits; nil if `text` is empty, has any other byte
  /// (even a sign), or the number does not fit.
  public init?(decimal text: Span<UInt8>) {
    guard let value = value(ofDigits: text) else { return nil }
    self.init(exactly: value)
  }
}

private func value(ofDigits text: Span<UInt8>) -> UInt64? {
  guard !text.isEmpty else { return nil }
  var value: UInt64 = 0
  for index in text.indices {
    guard text[index].isDigit else { return nil }
    let (product, productOverflow) = value.multipliedReportingOverflow(by: 10)
    let (sum, sumOverflow) = product.addingReportingOverflow(UInt64(text[index] & 0x0F))
    guard !productOverflow, !sumOverflow else { return nil }
    value = sum
  }
  return value
}

extension [UInt8] {
  /// Appends `number` in decimal digits.
  public mutating func append(decimal number: UInt64) {
    if number >= 10 { append(decimal: number / 10) }
    append(0x30 | UInt8(number % 10))
  }

  /// Appends `number`, which must not be negative, in decimal digits.
  public mutating func append(decimal number: Int) { append(decimal: UInt64(number)) }
}
